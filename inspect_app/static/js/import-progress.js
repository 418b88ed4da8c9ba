// Shows how far an import has come, and loads its page anew when it has got somewhere. Without JavaScript one reloads.
"use strict";

(() => {
  const box = document.querySelector("[data-import-progress]");
  const bar = box.querySelector("progress");
  const told = box.querySelector("[data-words]");
  const words = JSON.parse(told.dataset.words);
  const EVERY_MS = 1000;
  const figure = new Intl.NumberFormat("en-US");

  const show = (run) => {
    if (run.total) {
      bar.max = run.total;
      bar.value = run.done;
    } else {
      bar.removeAttribute("value");
    }
    const counts = run.total ? `：${figure.format(run.done)} / ${figure.format(run.total)}` : "";
    const text = `${words[run.phase] || run.phase}${counts}`;
    if (told.textContent !== text) told.textContent = text;
  };

  const look = async () => {
    try {
      const answer = await fetch(box.dataset.importProgress, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const run = await answer.json();
        if (run.state !== box.dataset.state && !["uploaded", "previewing"].includes(run.state)) {
          location.reload();
          return;
        }
        show(run);
      }
    } catch (error) {
      if (error.name !== "TypeError") throw error; // no network for the moment
    }
    setTimeout(look, EVERY_MS);
  };

  setTimeout(look, EVERY_MS);
})();
