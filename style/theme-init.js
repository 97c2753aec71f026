// Runs before the first paint so that no page flashes in the wrong theme: the stored choice, else the system's.
(function () {
  var stored = null;
  try {
    stored = localStorage.getItem('theme');
  } catch (denied) {
    // Storage may be blocked; the system's theme is a fine answer then.
  }
  var system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  document.documentElement.dataset.theme = stored === 'dark' || stored === 'light' ? stored : system;
})();
