// The agent's desk follows its feed: the call, its words, its cards. What the agent does goes to the server by itself.
import htmx from "./htmx";
import { language, t } from "../editor/texts";
import { actOf, chosenBy, isFree, meant, type Act } from "./desk_keys";
import {
  current, isUp, markOf, newDesk, otherCalls, reopened, settled, take, type Call, type Mark, type Told,
} from "./desk_state";
import { part, sawBottom, showBar, showCards, showChecklists, showClock, showHandedOver, showSaid, title, toBottom, degraded, write } from "./desk_view";
import { startTabs } from "./desk_tabs";
import { ring, startSound } from "./desk_sound";
import { WrapUps, type Unsaved } from "./desk_wrap_up";

const SETTLES = 3000; // milliseconds in which the feed tells everything anew
const LOST = 1500; // before it is said that it is lost: most times it is back by then
const AGAIN = 3000;

export function startDesk(page: HTMLElement): void {
  const desk = newDesk();
  const texts = document.getElementById("desk-unsaved")?.textContent ?? "[]";
  let offset = 0;
  let chosen = 0;
  let asked = ""; // the call of which marks and caller were asked
  let due = false;
  const now = () => Date.now() / 1000 + offset;
  const wraps = new WrapUps(page, JSON.parse(texts) as Unsaved[], desk, send, render, now);

  // --- showing ---------------------------------------------------------------------------------------------------------

  function later(): void {
    if (due) return;
    due = true;
    queueMicrotask(() => {
      due = false;
      render();
    });
  }

  function render(): void {
    const call = current(desk);
    page.dataset.state = call ? (call.doc?.state ?? "idle") : "idle";
    part(page, "bar").hidden = !call;
    part(page, "empty").hidden = !!call || wraps.isOpen;
    part(page, "tabs").hidden = !call;
    part(page, "parts").hidden = !call && !wraps.isOpen;
    part(page, "parts").classList.toggle("alone", !call);
    wraps.show(call);
    others();
    note();
    if (!call) return;
    showBar(page, call, now());
    showSaid(page, call);
    showCards(page, call, chosen, now());
    showChecklists(page, call);
    showHandedOver(page, call);
    if (asked !== call.id) void ask(call);
  }

  function others(): void {
    const place = part(page, "others");
    const calls = otherCalls(desk).map((call) => ({ id: call.id, wrap: "", text: t("{who}, on hold", { who: title(call) }) }));
    const found = [...calls, ...wraps.waiting().map((one) => ({ id: "", wrap: one.call, text: t("Wrap-up to finish: {who}", { who: one.name || one.number || t("Anonymous caller") }) }))];
    place.hidden = found.length === 0;
    const signature = JSON.stringify(found);
    if (place.dataset.signature === signature) return;
    place.dataset.signature = signature;
    place.replaceChildren(
      ...found.map((one) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "btn btn-light btn-sm";
        Object.assign(button.dataset, one.wrap ? { wrap: one.wrap } : { call: one.id });
        button.textContent = one.text;
        return button;
      }),
    );
  }

  // --- what is told ----------------------------------------------------------------------------------------------------

  let lost = "";
  let said = "";
  let saidUntil = 0;
  function note(): void {
    const call = current(desk);
    const text = lost || (Date.now() < saidUntil ? said : "") || (call ? degraded(call) : "");
    const place = part(page, "note");
    write(place, text);
    place.hidden = !text;
    place.classList.toggle("lost", !!lost);
  }

  function say(text: string): void {
    said = text;
    saidUntil = Date.now() + 8000;
    note();
  }

  let settling = 0;
  let losing = 0;
  function follow(): void {
    const source = new EventSource(page.dataset.desk ?? "");
    source.addEventListener("open", () => {
      reopened(desk);
      clearTimeout(losing);
    });
    source.addEventListener("hello", (event: MessageEvent<string>) => {
      offset = (JSON.parse(event.data) as { now: number }).now - Date.now() / 1000;
      lost = "";
      clearTimeout(settling);
      settling = window.setTimeout(() => {
        for (const call of settled(desk, now())) wraps.ended(call);
        later();
      }, SETTLES);
      later();
    });
    source.addEventListener("message", (event: MessageEvent<string>) => heard(JSON.parse(event.data) as Told));
    source.addEventListener("away", () => lose(t("No controller answers. The call goes on; this page follows it again in a moment.")));
    source.addEventListener("error", () => {
      clearTimeout(settling);
      clearTimeout(losing);
      losing = window.setTimeout(() => lose(lost || t("Reconnecting…")), LOST);
      if (source.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN); // an answer that is no stream
    });
    addEventListener("pagehide", () => source.close(), { once: true });
    addEventListener("pageshow", (event) => event.persisted && follow(), { once: true });
  }

  function lose(text: string): void {
    lost = text;
    note();
  }

  function heard(told: Told): void {
    const isNew = told.type === "card" && !desk.calls.get(told.call)?.cards.has(told.card);
    const change = take(desk, told, now());
    const call = desk.calls.get(told.call);
    if (isNew && told.type === "card" && now() - told.shown_at < 5) ring();
    if (change === "began") wraps.began(told.call);
    if (change === "ended" && call) wraps.ended(call);
    later();
  }

  // --- what the agent does ---------------------------------------------------------------------------------------------

  async function send(call: string, path: string, fields: Record<string, string>): Promise<boolean> {
    const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
    try {
      const answer = await fetch(`${page.dataset.calls}${encodeURIComponent(call)}/${path}`, {
        method: "POST",
        headers: { "X-CSRFToken": token, Accept: "application/json" },
        body: new URLSearchParams(fields),
        keepalive: true,
      });
      if (answer.ok) return true;
      const told = (await answer.json().catch(() => ({}))) as { error?: string };
      say(told.error ?? t("That did not work. Try again in a moment."));
    } catch {
      say(t("The server does not answer. Try again in a moment."));
    }
    return false;
  }

  async function ask(call: Call): Promise<void> {
    asked = call.id;
    const address = `${page.dataset.calls}${encodeURIComponent(call.id)}`;
    void htmx.ajax("get", `${address}/caller`, { target: part(page, "caller-card"), swap: "innerHTML" });
    const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const told = (await answer.json()) as { marks: Record<string, Mark> };
    for (const [card, mark] of Object.entries(told.marks)) if (!call.marks.has(Number(card))) call.marks.set(Number(card), mark);
    later();
  }

  async function act(call: Call, card: number, what: Act): Promise<void> {
    const before = markOf(call, card);
    const after = what === "pin" ? { ...before, pinned: !before.pinned } : { ...before, mark: before.mark === what ? "" : what };
    call.marks.set(card, after);
    later();
    const [path, fields] = what === "pin" ? ["pin", { pinned: String(after.pinned) }] : ["mark", { mark: after.mark }];
    if (await send(call.id, `cards/${card}/${path}`, fields as Record<string, string>)) return;
    call.marks.set(card, before);
    later();
  }

  page.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    const call = current(desk);
    const button = target.closest<HTMLElement>("[data-act]");
    const hint = target.closest<HTMLElement>("[data-card]");
    if (button && hint && call) void act(call, Number(hint.dataset.card), button.dataset.act as Act);
    const step = target.closest<HTMLElement>("[data-step]");
    if (step && call && step.getAttribute("aria-disabled") !== "true") {
      void send(call.id, "tick", { checklist: step.dataset.checklist ?? "", step: step.dataset.step ?? "" });
    }
    const other = target.closest<HTMLElement>("[data-part=others] [data-call]");
    if (other) {
      desk.chosen = other.dataset.call ?? "";
      render();
    }
    const wrap = target.closest<HTMLElement>("[data-part=others] [data-wrap]");
    if (wrap) wraps.open(wrap.dataset.wrap ?? "");
    if (target.closest("[data-part=new-words]")) toBottom(page);
  });

  page.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const call = current(desk);
    if (form.dataset.sure && !form.dataset.answered) return; // it is asked first
    event.preventDefault();
    if (form.dataset.form === "wrap-up") void wraps.save().then((saved) => saved && say(t("The wrap-up is saved.")));
    if (!call || !isUp(call)) return;
    if (form.dataset.form === "hang-up") void send(call.id, "hang-up", {});
    if (form.dataset.form === "transfer") {
      const to = new FormData(form).get("to") as string;
      void send(call.id, "transfer", { to }).then((done) => {
        if (!done) return;
        form.reset();
        say(t("The caller was transferred to {to}.", { to }));
      });
    }
  });

  document.addEventListener("keydown", (event) => {
    const call = current(desk);
    if (!call || !isFree(event, document.activeElement)) return;
    const card = chosenBy(event.key, call);
    if (card !== undefined) {
      chosen = card?.card ?? chosen;
      later();
      return;
    }
    const what = actOf(event.key);
    const target = what && meant(call, chosen, now());
    if (what && target) void act(call, target.card, what);
  });

  part(page, "said").addEventListener("scroll", () => sawBottom(page), { passive: true });
  startTabs(page);
  startSound(part<HTMLInputElement>(page, "sound"));
  setInterval(() => {
    const call = current(desk);
    if (call) {
      showClock(page, call, now());
      showCards(page, call, chosen, now());
    }
    note();
  }, 1000);
  document.documentElement.lang ||= language();
  render();
  follow();
}
