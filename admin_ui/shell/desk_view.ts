// Puts on the page what the desk knows. Every thing has its element, by its key: what did not change is not touched, so
// that nothing flickers, loses the focus, or moves under somebody who reads.
import { language, t } from "../editor/texts";
import { lasted } from "./ages";
import { arranged, isStale, lines, markOf, type Call, type Card, type Checklist, type Said } from "./desk_state";
import { degradedWords, pieces, spoken, withdrawnWords } from "./desk_words";

const AT_BOTTOM = 40; // pixels

export function part<T extends HTMLElement = HTMLElement>(desk: HTMLElement, name: string): T {
  return desk.querySelector<T>(`[data-part="${name}"]`) as T;
}

export function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, kind = "", text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text) made.textContent = text;
  return made;
}

export const title = (call: Call): string => {
  const { doc } = call;
  if (!doc) return "";
  if (doc.direction === "outbound") return doc.called_shown;
  const name = doc.caller_name && doc.caller_name !== doc.caller ? doc.caller_name : "";
  return [name, doc.caller_shown].filter(Boolean).join(" · ") || t("Anonymous caller");
};

export function showBar(desk: HTMLElement, call: Call, now: number): void {
  const { doc } = call;
  if (!doc) return;
  write(part(desk, "caller"), title(call));
  const number = doc.direction === "outbound" ? t("from {number}", { number: doc.caller_shown }) : t("to {number}", { number: doc.called_shown });
  write(part(desk, "called"), [number, doc.queue && t("queue {name}", { name: doc.queue })].filter(Boolean).join(" · "));
  const state = { talking: t("Talking"), held: t("On hold"), over: t("Ended") }[doc.state];
  write(part(desk, "state"), state);
  part(desk, "bar").dataset.state = doc.state;
  part(desk, "acts").hidden = doc.state === "over";
  showClock(desk, call, now);
}

export function showClock(desk: HTMLElement, call: Call, now: number): void {
  if (call.doc) write(part(desk, "clock"), lasted((call.endedAt || now) - call.doc.started_at));
}

export const degraded = (call: Call): string => degradedWords(call.doc?.degraded ?? "");

// --- what was said ----------------------------------------------------------------------------------------------------

export function showSaid(desk: HTMLElement, call: Call): void {
  const scroll = part(desk, "said");
  const list = part(desk, "lines");
  if (list.dataset.call !== call.id) {
    list.replaceChildren();
    list.dataset.call = call.id;
    scroll.scrollTop = 0;
  }
  const isBelow = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < AT_BOTTOM;
  const said = lines(call);
  let grew = false;
  said.forEach((one, index) => {
    const there = list.children[index] as HTMLElement | undefined;
    let line = there;
    if (there?.dataset.key !== one.key) {
      line = list.querySelector<HTMLElement>(`[data-key="${CSS.escape(one.key)}"]`) ?? newLine(one);
      list.insertBefore(line, there ?? null);
    }
    if (line && showLine(line, one, call)) grew = true;
  });
  while (list.children.length > said.length) list.lastElementChild?.remove();
  part(desk, "nothing-said").hidden = said.length > 0;
  if (!grew) return;
  if (isBelow) toBottom(desk);
  else part(desk, "new-words").hidden = false;
}

export function toBottom(desk: HTMLElement): void {
  const scroll = part(desk, "said");
  scroll.scrollTop = scroll.scrollHeight;
  part(desk, "new-words").hidden = true;
}

export function sawBottom(desk: HTMLElement): void {
  const scroll = part(desk, "said");
  if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < AT_BOTTOM) part(desk, "new-words").hidden = true;
}

function newLine(said: Said): HTMLElement {
  const line = element("li", said.side);
  line.dataset.key = said.key;
  line.append(element("b", "speaker", said.side === "agent" ? t("You") : t("Customer")), element("p"));
  return line;
}

function showLine(line: HTMLElement, said: Said, call: Call): boolean {
  const found = pieces(said.text, said.key, call);
  const signature = JSON.stringify([said.final, found]);
  if (line.dataset.signature === signature) return false;
  line.dataset.signature = signature;
  line.classList.toggle("partial", !said.final);
  const text = line.lastElementChild as HTMLElement;
  text.replaceChildren(
    ...found.flatMap((piece, index) => {
      const shown = piece.card ? element("mark", "", piece.text) : document.createTextNode(piece.text);
      if (shown instanceof HTMLElement) shown.title = call.cards.get(piece.card)?.title ?? "";
      return index ? [document.createTextNode(" "), shown] : [shown];
    }),
  );
  return true;
}

// --- cards ------------------------------------------------------------------------------------------------------------

export function showCards(desk: HTMLElement, call: Call, chosen: number, now: number): void {
  const { shown, earlier } = arranged(call);
  put(desk, part(desk, "cards"), call, shown, chosen, now, true);
  put(desk, part(desk, "earlier-cards"), call, earlier, 0, now, false);
  part(desk, "earlier").hidden = earlier.length === 0;
  write(part(desk, "earlier-count"), String(earlier.length || ""));
  write(part(desk, "count"), String(shown.length || ""));
  part(desk, "no-cards").hidden = call.cards.size > 0;
  part(desk, "keys").hidden = call.cards.size === 0;
}

function put(desk: HTMLElement, stack: HTMLElement, call: Call, cards: Card[], chosen: number, now: number, numbered: boolean): void {
  const wanted = new Set(cards.map((card) => `${call.id}/${card.card}`));
  for (const one of [...stack.children]) if (!wanted.has((one as HTMLElement).dataset.key ?? "")) one.remove();
  cards.forEach((card, index) => {
    const key = `${call.id}/${card.card}`;
    const there = stack.children[index] as HTMLElement | undefined;
    const hint = there?.dataset.key === key ? there : newHint(desk, key, card);
    if (hint !== there) stack.insertBefore(hint, there ?? null);
    showHint(hint, call, card, now);
    write(hint.querySelector("[data-number]") as HTMLElement, numbered ? String(index + 1) : "");
    hint.classList.toggle("chosen", numbered && card.card === chosen);
  });
}

function newHint(desk: HTMLElement, key: string, card: Card): HTMLElement {
  const template = desk.querySelector<HTMLTemplateElement>("template[data-template=hint]") as HTMLTemplateElement;
  const hint = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
  hint.dataset.key = key;
  hint.dataset.card = String(card.card);
  write(hint.querySelector("[data-title]") as HTMLElement, card.title);
  write(hint.querySelector("[data-because]") as HTMLElement, card.because);
  write(hint.querySelector("[data-text]") as HTMLElement, card.text);
  for (const [name, url] of card.links) {
    if (!url.startsWith("https://")) continue;
    const link = element("a", "", name);
    Object.assign(link, { href: url, target: "_blank", rel: "noopener noreferrer" });
    hint.querySelector("[data-links]")?.append(link);
  }
  return hint;
}

function showHint(hint: HTMLElement, call: Call, card: Card, now: number): void {
  const { mark, pinned } = markOf(call, card.card);
  hint.dataset.mark = mark;
  hint.classList.toggle("is-pinned", pinned);
  hint.classList.toggle("stale", isStale(call, card, now));
  for (const button of hint.querySelectorAll<HTMLElement>("[data-act]")) {
    const pressed = String(button.dataset.act === "pin" ? pinned : button.dataset.act === mark);
    if (button.getAttribute("aria-pressed") !== pressed) button.setAttribute("aria-pressed", pressed);
  }
  const told = hint.querySelector("[data-withdrawn]") as HTMLElement;
  const words = withdrawnWords(call, card);
  write(told, words);
  told.hidden = !words;
}

// --- checklists and the caller ----------------------------------------------------------------------------------------

export function showChecklists(desk: HTMLElement, call: Call): void {
  const place = part(desk, "checklists");
  const all = [...call.checklists.values()];
  place.hidden = all.length === 0;
  const shape = JSON.stringify([call.id, all.map((one) => [one.checklist, one.steps.map((step) => step.name)])]);
  if (place.dataset.shape !== shape) {
    place.dataset.shape = shape;
    place.replaceChildren(...all.map((one) => newChecklist(one, call)));
  }
  all.forEach((one, index) => showChecklist(place.children[index] as HTMLElement, one, call));
}

function newChecklist(checklist: Checklist, call: Call): HTMLElement {
  const made = element("div", "checklist");
  const head = element("h2", "", spoken(checklist.title, language(), call.doc?.languages.agent));
  head.append(" ", element("small", "tabular"));
  const list = element("ul");
  for (const step of checklist.steps) {
    const button = element("button", "step");
    button.type = "button";
    Object.assign(button.dataset, { checklist: checklist.checklist, step: step.name });
    button.setAttribute("role", "checkbox");
    const item = element("li");
    button.append(element("span", "box"), element("span", "", spoken(step.title, language(), call.doc?.languages.agent)));
    if (step.optional) button.append(element("small", "quiet", t("optional")));
    item.append(button);
    list.append(item);
  }
  made.append(head, list);
  return made;
}

function showChecklist(made: HTMLElement, checklist: Checklist, call: Call): void {
  write(made.querySelector("h2 small") as HTMLElement, `${Math.round(checklist.adherence * 100)} %`);
  made.querySelectorAll<HTMLButtonElement>(".step").forEach((button, index) => {
    const done = checklist.steps[index]?.at != null;
    const checked = String(done);
    if (button.getAttribute("aria-checked") !== checked) button.setAttribute("aria-checked", checked);
    button.setAttribute("aria-disabled", String(done || call.doc?.state === "over"));
  });
}

export function showHandedOver(desk: HTMLElement, call: Call): void {
  const place = part(desk, "handed");
  const told = call.doc?.handed_over ?? null;
  const signature = JSON.stringify(told);
  if (place.dataset.signature === signature) return;
  place.dataset.signature = signature;
  place.hidden = told === null;
  place.replaceChildren();
  if (!told) return;
  place.append(element("h3", "", t("From the robot")));
  if (told.summary) place.append(element("p", "", told.summary));
  const facts = element("dl", "facts");
  for (const [name, value] of Object.entries(told.slots)) facts.append(element("dt", "", name.replaceAll("_", " ")), element("dd", "", value));
  if (facts.children.length) place.append(facts);
  for (const turn of told.turns) {
    const line = element("p", "turn quiet");
    line.append(element("b", "", turn.by === "customer" ? t("Customer") : t("Robot")), ` ${turn.text}`);
    place.append(line);
  }
}
