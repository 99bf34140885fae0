"use strict";
(function () {
  var root = document.documentElement;

  function follow() {
    ["en", "th"].forEach(function (code) {
      if (document.getElementById("lang-" + code).checked) root.lang = code;
    });
  }

  function reveal() {
    var found = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (var at = found; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (found) found.scrollIntoView();
  }

  var closed = [];
  addEventListener("beforeprint", function () {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (d) { d.open = true; });
  });
  addEventListener("afterprint", function () {
    closed.forEach(function (d) { d.open = false; });
    closed = [];
  });
  addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.hash === location.hash) reveal();
  });
  document.querySelectorAll("input.switch").forEach(function (input) {
    input.addEventListener("change", follow);
  });
  follow();
  reveal();
})();
