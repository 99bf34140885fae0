"use strict";
(function () {
  var each = function (selector, act, within) {
    Array.prototype.forEach.call((within || document).querySelectorAll(selector), act);
  };

  // a link to something folded away opens it
  function reveal() {
    var name = location.hash.slice(1), found = null;
    try { found = name && document.getElementById(decodeURIComponent(name)); } catch (error) { return; }
    if (!found) return;
    for (var at = found; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    var folded = found.tagName === "DETAILS" ? found : found.tagName === "LI" && found.querySelector("details");
    found.scrollIntoView();
    if (folded) {
      folded.open = true;
      folded.querySelector("summary").focus({ preventScroll: true });
    }
  }
  addEventListener("hashchange", reveal);
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) { event.preventDefault(); reveal(); }
  });

  // everything is open on paper
  var closed = [];
  addEventListener("beforeprint", function () {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (d) { d.open = true; });
  });
  addEventListener("afterprint", function () {
    closed.forEach(function (d) { d.open = false; });
    closed = [];
  });

  // a list that narrows while one types
  each("[data-narrows]", function (input) {
    input.closest(".live").hidden = false;
    input.addEventListener("input", function () {
      var words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      each(input.dataset.narrows, function (item) {
        var text = item.textContent.toLowerCase();
        item.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
      });
    });
  });

  // the drawing says what is pointed at, and lights what it joins
  each("svg.network", function (drawing) {
    var told = document.getElementById("pointed");
    function light(event) {
      var lead = event.target.closest("a.lead");
      if (!lead || !told) return;
      var nodes = lead.dataset.node ? [lead.dataset.node] : lead.dataset.joins.split(" ");
      var said = [];
      each("a.lead", function (other) {
        var joins = other.dataset.joins ? other.dataset.joins.split(" ") : [];
        var tied = lead.dataset.node ? joins.indexOf(nodes[0]) >= 0 : other === lead;
        if (tied && joins.length) {
          said.push(other.querySelector("title").textContent);
          joins.forEach(function (n) { if (nodes.indexOf(n) < 0) nodes.push(n); });
        }
        other.classList.toggle("lit", tied);
      }, drawing);
      each("a.lead[data-node]", function (other) {
        if (nodes.indexOf(other.dataset.node) >= 0) other.classList.add("lit");
      }, drawing);
      drawing.classList.add("lighting");
      told.hidden = false;
      told.textContent = said.slice(0, 5).join("\n") + (said.length > 5 ? "\n+ " + (said.length - 5) : "");
    }
    function dim() {
      drawing.classList.remove("lighting");
      if (told) told.hidden = true;
      each(".lit", function (lead) { lead.classList.remove("lit"); }, drawing);
    }
    drawing.addEventListener("mouseover", light);
    drawing.addEventListener("focusin", light);
    drawing.addEventListener("mouseleave", dim);
    drawing.addEventListener("focusout", dim);
  });

  // a file is dropped on the form, or anywhere inside its frame
  each("[data-drop]", function (frame) {
    var input = frame.querySelector("input[type=file]");
    var hint = frame.querySelector("[data-drop-hint]");
    hint.hidden = false;
    ["dragenter", "dragover"].forEach(function (name) {
      frame.addEventListener(name, function (event) { event.preventDefault(); frame.classList.add("over-it"); });
    });
    ["dragleave", "drop"].forEach(function (name) {
      frame.addEventListener(name, function () { frame.classList.remove("over-it"); });
    });
    frame.addEventListener("drop", function (event) {
      event.preventDefault();
      if (event.dataTransfer.files.length) {
        input.files = event.dataTransfer.files;
        input.form.querySelector("button.main").focus();
      }
    });
  });

  // checking takes a moment: it is said, and nothing is sent twice
  each("form.upload", function (form) {
    var told = form.querySelector("[data-busy]");
    form.addEventListener("submit", function () {
      told.hidden = false;
      form.setAttribute("aria-busy", "true");
      setTimeout(function () { told.hidden = true; form.removeAttribute("aria-busy"); }, 8000);
    });
  });

  // the editor takes the place of the plain text area, where it is there
  var place = document.getElementById("yasgui");
  var area = document.getElementById("query");
  if (place && area && window.Yasgui) {
    try {
      Yasgui.Yasqe.defaults.autocompleters = ["variables"];
      Yasgui.Yasqe.defaults.value = area.value;
      place.hidden = false;
      var editor = new Yasgui(place, {
        requestConfig: { endpoint: new URL(place.dataset.endpoint, location.href).href, method: "POST" },
        copyEndpointOnNewTab: true,
        endpointCatalogueOptions: { getData: function () { return []; } },
        persistenceId: "kkgraph-sparql"
      });
      var tab = editor.getTab();
      if (tab && location.search.indexOf("query=") >= 0) tab.setQuery(area.value);
      each(".CodeMirror textarea", function (field) {
        field.setAttribute("aria-label", document.querySelector("label[for=query]").textContent);
      }, place);
      each("#plain, #served", function (part) { part.hidden = true; });
    } catch (error) {
      place.hidden = true;
      if (window.console) console.warn("the editor did not start", error);
    }
  }

  reveal();
})();
