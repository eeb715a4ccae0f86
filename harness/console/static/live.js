// The live page: listens to the journal's stream, and puts what the server says into the parts marked data-live.
"use strict";
(() => {
  const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? "";
  const token = meta("token");
  const connection = document.getElementById("connection");
  const said = document.getElementById("said");
  const shown = new Map([...document.querySelectorAll("[data-live]")].map((part) => [part.id, part.innerHTML]));
  const PAUSE = 400;
  let newest = Number(meta("seq"));
  let isLoading = false, isStale = false, timer = 0;

  const tell = (text, isBad = false) => {
    said.textContent = text;
    said.classList.toggle("bad", isBad);
  };

  // --- keeping the page up to date ---

  const isBusy = (part) => {
    const focus = document.activeElement;
    return part.contains(focus) && (focus.matches("textarea, select") || (focus.matches("input") && focus.type !== "hidden"));
  };

  const put = (part, html) => {
    const open = new Set([...part.querySelectorAll("details[open][data-key]")].map((one) => one.dataset.key));
    const focus = part.contains(document.activeElement) ? document.activeElement.id : "";
    part.innerHTML = html;
    for (const one of part.querySelectorAll("details[data-key]")) one.open = one.open || open.has(one.dataset.key);
    if (focus) document.getElementById(focus)?.focus();
  };

  const isAnswered = (part) => part.querySelector("form[data-act=answer] [name=action]")?.value;

  const refresh = async () => {
    if (isLoading) { isStale = true; return; }
    isLoading = true;
    isStale = false;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      newest = Number(page.querySelector("meta[name=seq]")?.content ?? newest);
      for (const part of document.querySelectorAll("[data-live]")) {
        const fresh = page.getElementById(part.id);
        if (!fresh || shown.get(part.id) === fresh.innerHTML) continue;
        // A form that a person fills in stays, unless its question is gone.
        if (isBusy(part) && isAnswered(part) === isAnswered(fresh)) { isStale = true; continue; }
        put(part, fresh.innerHTML);
        shown.set(part.id, fresh.innerHTML);
      }
      connection.textContent = `as of entry ${newest}`;
      if (document.querySelectorAll("[data-live]").length < page.querySelectorAll("[data-live]").length) location.reload();
    } catch {
      connection.textContent = "not connected; trying again";
    } finally {
      isLoading = false;
      if (isStale && !document.activeElement?.closest("[data-live]")) soon();
    }
  };

  const soon = () => {
    if (!timer) timer = setTimeout(() => { timer = 0; refresh(); }, PAUSE);
  };
  document.addEventListener("focusout", () => { if (isStale) soon(); });

  const listen = () => {
    const stream = new EventSource(`/events?after=${newest}`);
    stream.addEventListener("journal", soon);
    stream.addEventListener("change", soon);
    stream.addEventListener("open", () => { connection.textContent = `as of entry ${newest}`; soon(); });
    stream.addEventListener("error", () => {
      connection.textContent = "not connected; trying again";
      // A browser gives up for good after some refusals, such as those of a program that is being started.
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
    });
  };
  if (document.querySelector("[data-live]")) listen();

  setInterval(() => {
    for (const one of document.querySelectorAll("[data-countdown]")) {
      const left = Math.max(0, Number(one.dataset.countdown) - 1);
      one.dataset.countdown = left;
      one.textContent = left < 60 ? `${left} s` : `${Math.floor(left / 60)} min ${left % 60} s`;
    }
  }, 1000);

  // --- acts ---

  const read = (file) => new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve({ name: file.name, media_type: file.type, body: String(reader.result).split(",")[1] ?? "" });
    reader.onerror = () => reject(new Error(`${file.name} cannot be read`));
    reader.readAsDataURL(file);
  });

  const valueOf = (input) => {
    if ("json" in input.dataset) return JSON.parse(input.value || "{}");
    if (input.dataset.type === "number") return Number(input.value);
    return input.value;
  };

  const looseValue = (text) => { try { return JSON.parse(text); } catch { return text; } };

  const members = async (form) => {
    const found = {}, top = {};
    for (const input of form.elements) {
      if (!input.name || input.disabled || (input.type === "radio" && !input.checked)) continue;
      if (input.type === "file") { found[input.name] = await Promise.all([...input.files].map(read)); continue; }
      if ("optional" in input.dataset && !input.value.trim()) continue;
      if ("field" in input.dataset || "value" in input.dataset) continue;
      ("top" in input.dataset ? top : found)[input.name] = valueOf(input);
    }
    const field = form.querySelector("[data-field]");
    if (field) found.values = { [field.value]: looseValue(form.querySelector("[data-value]").value) };
    if (form.dataset.act !== "control") return { ...found, ...top };
    return "operation" in top ? top : { operation: form.dataset.operation, members: found };
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.act) return;
    event.preventDefault();
    if (form.dataset.confirm && !confirm(form.dataset.confirm)) return;
    const button = form.querySelector("button");
    button.disabled = true;
    try {
      const answer = await fetch(`/do/${form.dataset.act}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
        body: JSON.stringify(await members(form)),
      });
      const { said: text, error } = await answer.json();
      tell(error ? `Not done: ${error}` : text, Boolean(error));
      if (!error) soon();
    } catch (problem) {
      tell(`Not done: ${problem.message}`, true);
    } finally {
      button.disabled = false;
    }
  });

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const text = document.getElementById(button.dataset.copy).textContent;
    try {
      await navigator.clipboard.writeText(text);
      tell("Copied.");
    } catch {
      const range = document.createRange();
      range.selectNodeContents(document.getElementById(button.dataset.copy));
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      tell("Marked: copy it with the keyboard.");
    }
  });
})();
