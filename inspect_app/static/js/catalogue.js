// Finds while one types: the server's own answer takes the place of the list. Without JavaScript one presses 搜尋.
"use strict";

(() => {
  const form = document.querySelector("[data-find]");
  const PAUSE_MS = 150;
  let waiting, asked;

  const show = (page) => {
    const fresh = new DOMParser().parseFromString(page, "text/html");
    const count = fresh.querySelector("[data-count]");
    if (!count) return; // signed out meanwhile
    for (const part of ["[data-found]", "[data-all]"]) {
      document.querySelector(part).replaceWith(document.adoptNode(fresh.querySelector(part)));
    }
    document.querySelector("[data-count]").textContent = count.textContent;
  };

  const find = async () => {
    if (asked) asked.abort();
    asked = new AbortController();
    const address = `${form.action}?${new URLSearchParams(new FormData(form))}`;
    try {
      const answer = await fetch(address, { signal: asked.signal, headers: { Accept: "text/html" } });
      if (!answer.ok) return; // the button still works, and shows why
      show(await answer.text());
      history.replaceState(null, "", address);
    } catch (error) {
      if (error.name !== "AbortError" && error.name !== "TypeError") throw error; // another key, or no network
    }
  };

  form.addEventListener("input", (event) => {
    if (event.isComposing) return; // 注音 on its way to a character
    clearTimeout(waiting);
    waiting = setTimeout(find, PAUSE_MS);
  });
  form.addEventListener("compositionend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(find, PAUSE_MS);
  });
})();
