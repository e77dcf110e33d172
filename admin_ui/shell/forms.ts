// Forms marked data-keep remember what was typed until it is saved; a second click on Save sends nothing twice.
import { rowsAsKept } from "./documents";

const key = (form: HTMLFormElement) => `form:${location.pathname}:${form.id}`;
const secret = (field: Element) => field instanceof HTMLInputElement && ["password", "file", "hidden"].includes(field.type);

export function startForms(): void {
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-keep]")) keep(form);
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method === "dialog") return;
    setTimeout(() => form.querySelectorAll<HTMLButtonElement>("button[type=submit]").forEach((one) => (one.disabled = true)));
  });
  document.addEventListener("change", (event) => {
    const field = event.target as HTMLInputElement;
    if ("submits" in field.dataset && field.files?.length) field.form?.requestSubmit(); // a chosen file is sent at once
  });
  addEventListener("pageshow", () =>
    document.querySelectorAll<HTMLButtonElement>("button[type=submit]:disabled").forEach((one) => (one.disabled = false)),
  );
}

function keep(form: HTMLFormElement): void {
  const kept = sessionStorage.getItem(key(form));
  if (kept && !form.dataset.fresh) restore(form, JSON.parse(kept) as [string, string][]);
  form.addEventListener("input", () => {
    const values = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !isSecret(form, name));
    sessionStorage.setItem(key(form), JSON.stringify(values));
  });
  form.addEventListener("submit", () => sessionStorage.removeItem(key(form)));
  form.addEventListener("reset", () => sessionStorage.removeItem(key(form)));
}

const isSecret = (form: HTMLFormElement, name: string) => [...form.elements].some((one) => secret(one) && one.getAttribute("name") === name);

function restore(form: HTMLFormElement, values: [string, string][]): void {
  const given = new Map<string, string[]>();
  for (const [name, value] of values) given.set(name, [...(given.get(name) ?? []), value]);
  rowsAsKept(form, new Set(given.keys()));
  for (const field of form.elements) {
    if (secret(field)) continue;
    if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) {
      field.checked = given.get(field.name)?.includes(field.value) ?? false;
    } else if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) {
      const value = given.get(field.name)?.shift();
      if (value !== undefined) field.value = value;
    }
  }
}
