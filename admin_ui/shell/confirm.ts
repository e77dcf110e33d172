// A form with data-sure asks first; so does an htmx request with hx-confirm.
function ask(text: string, label: string): Promise<boolean> {
  const dialog = document.getElementById("confirm") as HTMLDialogElement;
  (document.getElementById("confirm-text") as HTMLElement).textContent = text;
  (document.getElementById("confirm-yes") as HTMLElement).textContent = label;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((answer) =>
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"), { once: true }),
  );
}

export function startConfirm(): void {
  document.addEventListener("submit", async (event) => {
    const form = event.target as HTMLFormElement;
    const { submitter } = event;
    const sure = submitter?.dataset.sure ?? form.dataset.sure;
    if (!sure || form.dataset.answered) return;
    event.preventDefault();
    if (await ask(sure, submitter?.textContent?.trim() ?? "")) {
      form.dataset.answered = "yes";
      form.requestSubmit(submitter);
      delete form.dataset.answered;
    }
  });
  document.addEventListener("htmx:confirm", async (event) => {
    const { question, elt, issueRequest } = (event as CustomEvent).detail;
    if (!question) return;
    event.preventDefault();
    if (await ask(question, (elt as HTMLElement).textContent?.trim() ?? "")) issueRequest(true);
  });
}
