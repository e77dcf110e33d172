// What the agent notes at the end of a call: drafted, kept at the server as it is typed, saved by hand. Nothing is lost
// when the next call comes, or the page is loaded anew.
import { language, t } from "../editor/texts";
import { isUp, type Call, type Desk } from "./desk_state";
import { part, title, write } from "./desk_view";
import { adherence, draft } from "./desk_words";

export interface Unsaved {
  call: string;
  number: string;
  name: string;
  began_at: number;
  notes: string;
  outcome: string;
  over: boolean;
}

type Send = (call: string, path: string, fields: Record<string, string>) => Promise<boolean>;
const KEEPS = 600; // milliseconds after the last key

export class WrapUps {
  private readonly unsaved: Map<string, Unsaved>;
  private readonly form: HTMLFormElement;
  private opened = "";
  private keeping = 0;

  constructor(
    private readonly page: HTMLElement,
    unsaved: Unsaved[],
    private readonly desk: Desk,
    private readonly send: Send,
    private readonly render: () => void,
    private readonly now: () => number,
  ) {
    this.unsaved = new Map(unsaved.map((one) => [one.call, one]));
    this.form = page.querySelector("[data-form=wrap-up]") as HTMLFormElement;
    this.form.addEventListener("input", () => this.typed());
    addEventListener("pagehide", () => this.keeping && void this.keep());
    const begun = unsaved.find((one) => one.over && (one.notes || one.outcome));
    if (begun) this.fill(begun);
  }

  get isOpen(): boolean {
    return this.opened !== "";
  }

  /** Those that wait to be finished: not the one that is open, not a call that is up. */
  waiting(): Unsaved[] {
    return [...this.unsaved.values()].filter((one) => one.call !== this.opened && (one.over || !this.isUp(one.call)) && this.isKnownOver(one));
  }

  /** A call is over: its draft is made and kept at once. */
  ended(call: Call): void {
    const one = this.known(call);
    one.over = true;
    one.notes ||= draft(call, language());
    const isBusy = this.opened !== "" && this.opened !== call.id && this.form.contains(document.activeElement);
    if (!isBusy) this.fill(one);
    this.send(call.id, "wrap-up", this.fields(one)).catch(() => undefined);
    this.render();
  }

  /** The next call is here: what is being written stays open while somebody types in it, and waits otherwise. */
  began(call: string): void {
    if (this.opened && this.opened !== call && !this.form.contains(document.activeElement)) this.leave();
  }

  open(call: string): void {
    if (this.opened) this.leave();
    const one = this.unsaved.get(call);
    if (!one) return;
    const known = this.desk.calls.get(call);
    if (known) one.notes ||= draft(known, language());
    this.fill(one);
    this.render();
    this.form.querySelector<HTMLElement>("textarea")?.focus(); // it was asked for
  }

  async save(): Promise<boolean> {
    const one = this.unsaved.get(this.opened);
    if (!one) return false;
    this.read(one);
    clearTimeout(this.keeping);
    this.keeping = 0;
    if (!(await this.send(one.call, "wrap-up", { ...this.fields(one), save: "true" }))) return false;
    this.unsaved.delete(one.call);
    this.opened = "";
    if (this.desk.chosen === one.call && !this.isUp(one.call)) this.desk.chosen = "";
    this.render();
    return true;
  }

  show(shown: Call | null): void {
    const panel = part(this.page, "wrap-up");
    panel.hidden = !this.isOpen;
    const one = this.unsaved.get(this.opened);
    if (!one) return;
    const who = [one.name, one.number].filter(Boolean).join(" · ") || t("Anonymous caller");
    const at = new Intl.DateTimeFormat(language(), { timeStyle: "short" }).format(new Date(one.began_at * 1000));
    write(part(this.page, "wrap-up-of"), shown?.id === one.call ? "" : t("Call of {who} at {time}", { who, time: at }));
  }

  private fill(one: Unsaved): void {
    this.opened = one.call;
    (this.form.elements.namedItem("notes") as HTMLTextAreaElement).value = one.notes;
    (this.form.elements.namedItem("outcome") as HTMLSelectElement).value = one.outcome;
    write(part(this.page, "wrap-up-kept"), "");
    const known = this.desk.calls.get(one.call);
    if (known && ![...this.desk.calls.values()].some(isUp)) this.desk.chosen = one.call;
  }

  private leave(): void {
    const one = this.unsaved.get(this.opened);
    if (one) this.read(one);
    if (this.keeping) void this.keep();
    this.opened = "";
  }

  private typed(): void {
    const one = this.unsaved.get(this.opened);
    if (!one) return;
    this.read(one);
    clearTimeout(this.keeping);
    this.keeping = window.setTimeout(() => void this.keep(), KEEPS);
  }

  private async keep(): Promise<void> {
    clearTimeout(this.keeping);
    this.keeping = 0;
    const one = this.unsaved.get(this.opened);
    if (one && (await this.send(one.call, "wrap-up", this.fields(one)))) {
      write(part(this.page, "wrap-up-kept"), t("Draft kept; save it when you are done."));
    }
  }

  private read(one: Unsaved): void {
    const sent = new FormData(this.form);
    one.notes = sent.get("notes") as string;
    one.outcome = sent.get("outcome") as string;
  }

  private fields(one: Unsaved): Record<string, string> {
    const call = this.desk.calls.get(one.call);
    const share = call ? adherence(call) : null;
    return { notes: one.notes, outcome: one.outcome, ...(share === null ? {} : { adherence: String(share) }) };
  }

  private known(call: Call): Unsaved {
    const there = this.unsaved.get(call.id);
    if (there) return there;
    const made = { call: call.id, number: title(call), name: "", began_at: call.doc?.started_at ?? this.now(), notes: "", outcome: "", over: true };
    this.unsaved.set(call.id, made);
    return made;
  }

  private isUp(call: string): boolean {
    const known = this.desk.calls.get(call);
    return !!known && isUp(known);
  }

  /** A call that the server does not know to be over yet, and of which the feed says nothing, may only not be told of yet. */
  private isKnownOver(one: Unsaved): boolean {
    return one.over || this.desk.calls.get(one.call)?.doc?.state === "over" || this.now() - one.began_at > 3600;
  }
}
