//! Who is asking: sealed cookies and the rules of design section 3, Who may ask.
