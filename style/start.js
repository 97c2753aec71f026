// Runs before everything else of the page, and in old browsers too: sets the theme, so that no page flashes in the
// wrong one, and says in the notice #start of index.html what keeps the page from starting. The page removes the notice
// when it starts.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem('theme');
  } catch (denied) {
    // Storage may be blocked; the system's theme is a fine answer then.
  }
  var system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = stored === 'dark' || stored === 'light' ? stored : system;

  function address(selector) {
    var link = document.querySelector(selector);
    return link ? link.href : '';
  }

  // Shows the paragraph of one reason. The first reason counts: later ones follow from it. A page without its styles
  // starts all the same, so that reason has a name of its own.
  function explain(why, what) {
    if (document.readyState === 'loading') {
      document.addEventListener('DOMContentLoaded', function () {
        explain(why, what);
      });
      return;
    }
    var notice = document.getElementById('start');
    if (!notice || notice.dataset.why) return;
    notice.dataset.why = why;
    var reasons = notice.querySelectorAll('[data-reason]');
    for (var i = 0; i < reasons.length; i++) {
      reasons[i].hidden = reasons[i].dataset.reason.split(' ').indexOf(why) < 0;
      var place = reasons[i].querySelector('code');
      // The name of a file, or words; never the credentials of an address.
      if (place && what) place.textContent = what.replace(/^https?:.*\//, '').replace(/\/\/[^/@\s]*@/g, '//');
    }
  }

  function failed(error) {
    // Of what starts the page, only a fetch ends in a TypeError.
    if (error instanceof TypeError) explain('file', address('link[rel=preload][as=fetch]'));
    else explain('failed', String(error));
  }

  addEventListener(
    'error',
    function (event) {
      var target = event.target;
      if (target instanceof HTMLScriptElement) {
        // The script in index.html has no address of its own: what it imports did not come.
        explain('file', target.src || address('link[rel=modulepreload]'));
      } else if (target instanceof HTMLLinkElement) {
        // Whether a preload comes matters only to what uses it.
        if (target.rel === 'stylesheet') explain('style', target.href);
      } else if (target === window) {
        failed(event.error || event.message);
      }
    },
    true
  );
  addEventListener('unhandledrejection', function (event) {
    failed(event.reason);
  });

  if (typeof WebAssembly !== 'object') explain('wasm');
  else if (!('noModule' in HTMLScriptElement.prototype)) explain('failed', 'no modules');
})();
