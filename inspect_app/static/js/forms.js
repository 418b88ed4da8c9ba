// Small helps for forms: the error summary takes the focus, a form is sent once, chosen files are named.
"use strict";

(() => {
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();

  const KIB = 1024;
  const size = (bytes) => (bytes < KIB * KIB ? `${Math.ceil(bytes / KIB)} KB` : `${(bytes / KIB / KIB).toFixed(1)} MB`);

  document.addEventListener("change", (event) => {
    const place = event.target.type === "file" && document.getElementById(`${event.target.id}-chosen`);
    if (place) place.textContent = [...event.target.files].map((file) => `${file.name}（${size(file.size)}）`).join("、");
  });

  const release = (form) => {
    delete form.dataset.sending;
    for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !("once" in form.dataset)) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "yes";
    // aria-disabled, not disabled: a disabled button would not send its own name and value.
    for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true");
  });

  // A page taken back from the browser's memory can be sent again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sending]").forEach(release);
  });
})();
