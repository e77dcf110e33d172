// Forms of documents: rows that are added and removed, choices that show what they need, copy buttons, and listening.
export function startDocuments(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    const on = (selector: string, act: (button: HTMLElement) => void) => {
      const button = target.closest<HTMLElement>(selector);
      if (button) act(button);
    };
    on("[data-add-row]", addRow);
    on("[data-remove-row]", removeRow);
    on("[data-copy-day]", copyDay);
    on("[data-copy-text], [data-copy-of]", (button) => void copyText(button));
    on("[data-hear]", (button) => void hear(button));
  });
  document.addEventListener("change", (event) => {
    const chooser = (event.target as HTMLElement).closest<HTMLSelectElement>("[data-chooses]");
    if (chooser) showChosen(chooser);
  });
  document.addEventListener("input", (event) => wake(event.target as HTMLElement));
  document.addEventListener("htmx:xhr:progress", showProgress);
  for (const name of ["htmx:sendError", "htmx:responseError"]) document.addEventListener(name, sendAgain);
  start(document);
  document.addEventListener("htmx:load", (event) => start((event as CustomEvent<{ elt: HTMLElement }>).detail.elt));
}

function start(root: ParentNode): void {
  root.querySelectorAll<HTMLSelectElement>("[data-chooses]").forEach(showChosen);
  root.querySelectorAll<HTMLElement>("[data-hear][data-of]").forEach((button) => {
    button.hidden = !text(button);
  });
  const address = root.querySelector<HTMLElement>("[data-address]")?.dataset.address;
  if (address) history.replaceState(null, "", address); // a reload does not send the form again
}

const rowsOf = (element: HTMLElement) => element.querySelectorAll<HTMLElement>(":scope > [data-row]");

function addRow(button: HTMLElement): void {
  const rows = button.closest<HTMLElement>("[data-rows], .day");
  const list = rows?.matches("[data-rows]") ? rows : rows?.querySelector<HTMLElement>("[data-rows]");
  if (list) newRow(list)?.querySelector<HTMLInputElement>("input")?.focus();
}

/** Gives a form the rows that it had when these names were kept: no more, no less. */
export function rowsAsKept(form: HTMLFormElement, names: Set<string>): void {
  for (const list of form.querySelectorAll<HTMLElement>("[data-rows]")) {
    for (const row of rowsOf(list)) {
      if (![...row.querySelectorAll("[name]")].some((input) => names.has(input.getAttribute("name") ?? ""))) row.remove();
    }
    const prefix = `${list.dataset.rows}.`;
    const numbers = [...names].filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length).split(".")[0] ?? "");
    for (const number of new Set(numbers)) {
      if (!list.querySelector(`[name^="${CSS.escape(prefix + number)}."]`)) newRow(list, number);
    }
    settle(list);
  }
}

function newRow(list: HTMLElement, number = nextNumber(list)): HTMLElement | null {
  const template = list.querySelector<HTMLTemplateElement>(":scope > template");
  const made = template?.content.firstElementChild?.cloneNode(true);
  if (!(made instanceof HTMLElement) || !template) return null;
  for (const name of ["name", "id", "for", "aria-describedby", "data-field"]) {
    for (const one of made.querySelectorAll(`[${name}*=".NEW."]`)) one.setAttribute(name, (one.getAttribute(name) ?? "").replaceAll(".NEW.", `.${number}.`));
  }
  list.insertBefore(made, template);
  list.querySelectorAll<HTMLSelectElement>("[data-chooses]").forEach(showChosen);
  settle(list);
  return made;
}

function nextNumber(list: HTMLElement): string {
  const prefix = `${list.dataset.rows}.`;
  const numbers = [...list.querySelectorAll<HTMLInputElement>("[name]")]
    .filter((input) => input.name.startsWith(prefix))
    .map((input) => Number(input.name.slice(prefix.length).split(".")[0]));
  return String(Math.max(-1, ...numbers.filter(Number.isInteger)) + 1);
}

function removeRow(button: HTMLElement): void {
  const list = button.closest<HTMLElement>("[data-rows]");
  button.closest("[data-row]")?.remove();
  if (!list) return;
  settle(list);
  list.closest(".day, fieldset")?.querySelector<HTMLElement>("[data-add-row]")?.focus();
  changed(list);
}

/** A day without hours says that it is closed. */
function settle(list: HTMLElement): void {
  const closed = list.querySelector<HTMLElement>(":scope > .closed");
  if (closed) closed.hidden = rowsOf(list).length > 0;
}

/** The hours of a day, given to other days. */
function copyDay(button: HTMLElement): void {
  const week = button.closest<HTMLElement>(".week");
  const from = button.closest<HTMLElement>(".day");
  const source = from?.querySelector<HTMLElement>("[data-rows]");
  if (!week || !source) return;
  const spans = [...rowsOf(source)].map((row) => [...row.querySelectorAll("input")].map((input) => input.value));
  for (const name of (button.dataset.copyDay ?? "").split(" ")) {
    const list = week.querySelector<HTMLElement>(`.day[data-day="${name}"] [data-rows]`);
    if (!list || list === source) continue;
    rowsOf(list).forEach((row) => row.remove());
    for (const span of spans) newRow(list)?.querySelectorAll("input").forEach((input, index) => (input.value = span[index] ?? ""));
    settle(list);
  }
  changed(week);
}

function changed(element: HTMLElement): void {
  for (const kind of ["input", "change"]) element.dispatchEvent(new Event(kind, { bubbles: true }));
}

/** Shows what a choice needs, and hides the rest. */
function showChosen(chooser: HTMLSelectElement): void {
  const scope = chooser.closest("[data-shows]");
  for (const part of scope?.querySelectorAll<HTMLElement>("[data-when]") ?? []) {
    if (part.parentElement?.closest("[data-shows]") !== scope) continue; // another choice's, inside
    part.hidden = !(part.dataset.when ?? "").split(" ").includes(chooser.value);
  }
}

async function copyText(button: HTMLElement): Promise<void> {
  const source = document.getElementById(button.dataset.copyOf ?? "");
  await navigator.clipboard.writeText(button.dataset.copyText ?? source?.textContent ?? "");
  const said = document.getElementById("announce");
  if (said) said.textContent = button.dataset.copied ?? "";
  button.classList.add("copied");
  button.title = button.dataset.copied ?? "";
  setTimeout(() => button.classList.remove("copied"), 2000);
}

const text = (button: HTMLElement) =>
  (document.getElementById(button.dataset.of ?? "") as HTMLTextAreaElement | null)?.value.trim() ?? "";

function wake(input: HTMLElement): void {
  const button = input.id ? document.querySelector<HTMLElement>(`[data-of="${CSS.escape(input.id)}"]`) : null;
  if (button) button.hidden = !text(button);
}

let player: HTMLAudioElement | null = null;
let playing: HTMLElement | null = null;

/** Plays a text or a prompt as callers hear it; a second click stops it. */
async function hear(button: HTMLElement): Promise<void> {
  const again = playing === button;
  silence();
  if (again) return;
  let address = button.dataset.hear ?? "";
  if (button.dataset.of) address += `?${new URLSearchParams({ text: text(button), language: button.dataset.language ?? "" })}`;
  playing = button;
  button.classList.add("loading");
  const answer = await fetch(address).catch(() => null);
  button.classList.remove("loading");
  if (playing !== button) return;
  if (!answer?.ok) return tellWhy(button, answer);
  player = new Audio(URL.createObjectURL(await answer.blob()));
  player.addEventListener("ended", silence);
  button.classList.add("playing");
  button.setAttribute("aria-pressed", "true");
  await player.play().catch(silence);
}

function silence(): void {
  player?.pause();
  if (player) URL.revokeObjectURL(player.src);
  player = null;
  playing?.classList.remove("playing", "loading");
  playing?.removeAttribute("aria-pressed");
  playing = null;
}

async function tellWhy(button: HTMLElement, answer: Response | null): Promise<void> {
  playing = null;
  const problem = (await answer?.json().catch(() => null)) as { detail?: string; errors?: { reason: string }[] } | null;
  const reason = problem?.errors?.[0]?.reason ?? problem?.detail ?? String(answer?.status ?? "");
  const told = button.parentElement?.querySelector<HTMLElement>(".heard") ?? document.createElement("p");
  told.className = "heard error";
  told.setAttribute("role", "alert");
  told.textContent = reason;
  button.after(told);
}

/** A file that is sent shows how far it is; the form goes by htmx (hx-boost), which tells. */
function showProgress(event: Event): void {
  const form = event.target as HTMLElement;
  const { loaded, total, lengthComputable } = (event as CustomEvent<ProgressEvent>).detail;
  if (!form.matches("form[data-progress]") || !lengthComputable || total < 200_000) return;
  let bar = form.querySelector<HTMLProgressElement>("progress.sending");
  if (!bar) {
    bar = document.createElement("progress");
    bar.className = "sending";
    (form.querySelector(".saving") ?? form).append(bar);
  }
  bar.max = total;
  bar.value = loaded;
}

/** Nothing came back: what was chosen is still there, and can be sent again. */
function sendAgain(event: Event): void {
  const form = event.target as HTMLElement;
  form.querySelectorAll<HTMLButtonElement>("button[type=submit]").forEach((button) => (button.disabled = false));
  form.querySelector("progress.sending")?.remove();
}
