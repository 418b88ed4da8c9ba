// Asks before a form marked data-confirm is sent. Without JavaScript the form is sent at once.
"use strict";

(() => {
  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.textContent = text;
    return made;
  };

  const ask = (form, submitter) => {
    const dialog = element("dialog", "confirm", "");
    const question = element("h2", "", form.dataset.confirm);
    const buttons = element("div", "buttons", "");
    const yes = element("button", "", submitter ? submitter.textContent.trim() : "確定");
    const no = element("button", "secondary", "取消");
    question.id = "confirm-question";
    dialog.setAttribute("aria-labelledby", question.id);
    yes.type = no.type = "button";
    no.autofocus = true;
    yes.addEventListener("click", () => {
      form.dataset.confirmed = "yes";
      dialog.close();
      form.requestSubmit(submitter);
    });
    no.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (submitter) submitter.focus();
    });
    buttons.append(yes, no);
    dialog.append(question, buttons);
    document.body.append(dialog);
    dialog.showModal();
  };

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.sending) return;
    if (form.dataset.confirmed) {
      delete form.dataset.confirmed;
      return;
    }
    event.preventDefault();
    ask(form, event.submitter);
  });
})();
