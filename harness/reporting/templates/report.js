"use strict";
(() => {
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
    const body = target && target.querySelector(":scope > details.body");
    if (body) body.open = true;
    if (target) { target.scrollIntoView(); (target.tagName === "DETAILS" ? target.querySelector("summary") : target).focus({ preventScroll: true }); }
  };
  addEventListener("hashchange", reveal);
  const form = document.getElementById("filters");
  if (form) {
    form.hidden = false;
    const rows = [...document.querySelectorAll("[data-scenario]")], count = document.getElementById("shown");
    const apply = () => {
      const want = Object.fromEntries(new FormData(form)), text = want.text.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        const data = row.dataset;
        row.hidden = !((!want.verdict || data.verdict === want.verdict) && (!want.role || data.role === want.role)
          && (!want.polarity || data.polarity === want.polarity) && (!text || data.text.toLowerCase().includes(text)));
        if (!row.hidden && row.tagName === "TR") shown += 1;
      }
      count.textContent = `${shown} shown`;
    };
    form.addEventListener("input", apply); form.addEventListener("submit", (event) => event.preventDefault()); apply();
  }
  for (const table of document.querySelectorAll(".scroll table")) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent);
    if (!heads.length) continue;
    table.classList.add("named");
    for (const row of table.tBodies[0] ? table.tBodies[0].rows : [])
      [...row.cells].forEach((cell, place) => { if (heads[place]) cell.dataset.head = heads[place]; });
  }
  let opened = [];
  const paper = document.getElementById("paper");
  if (paper) paper.addEventListener("change", () => document.body.classList.toggle("print-all", paper.checked));
  addEventListener("beforeprint", () => {
    const wanted = paper && paper.checked ? "details:not([open])" : "details.never";
    opened = [...document.querySelectorAll(wanted)];
    for (const d of opened) d.open = true;
  });
  addEventListener("afterprint", () => { for (const d of opened) d.open = false; });
  reveal();
})();
