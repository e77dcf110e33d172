/** The phones that ring: a card for each, to answer or to refuse as the called person. */

import { Phone } from "lucide-react";
import { useEffect, useState } from "react";

import { phone } from "../phone_numbers";
import { t } from "../texts";
import type { Line, Waiting } from "../types";
import { afterRefusal, type Refusal, type Refusals, ringsNow, rungIn } from "./ringing";

const REFUSED: Record<Refusal, () => string> = {
  busy: () => t("Busy"),
  no_answer: () => t("No answer"),
  failed: () => t("Failed"),
};

export function Ringing({ waiting, act, disabled }: { waiting: Waiting; act: (line: Line) => void; disabled: boolean }) {
  const [refusals, setRefusals] = useState<Refusals>([]);
  useEffect(() => setRefusals([]), [waiting]);
  const refuse = (number: string, how: Refusal) => {
    const all = [...refusals, { number, how }];
    setRefusals(all);
    const line = afterRefusal(waiting, all);
    if (line) act(line);
  };
  const ring = typeof waiting.command.ring === "number" ? waiting.command.ring : 25;
  const numbers = rungIn(waiting);
  return (
    <div className="ph-ringing">
      <p className="ph-hint">{t("Rings for {seconds} s. You are the called person:", { seconds: ring })}</p>
      {numbers.map((number, place) => {
        const refused = refusals.find((one) => one.number === number);
        const rings = ringsNow(waiting, refusals, number);
        return (
          <section key={`${number} ${place}`} className={`ph-card ${rings ? "ph-rings" : ""}`} aria-label={number}>
            <strong>{phone(number)}</strong>
            {rings && (
              <button
                type="button"
                className="btn btn-sm btn-success"
                disabled={disabled}
                onClick={() => act({ answer: number })}
              >
                <Phone size={14} aria-hidden /> {t("Answer")}
              </button>
            )}
            {refused && <span className="ph-refused">{REFUSED[refused.how]()}</span>}
            {!refused && !rings && <span className="text-body-secondary small">{t("Rings later")}</span>}
            {rings && (
              <div className="ph-buttons">
                {(["busy", "no_answer", "failed"] as const).map((how) => (
                  <button
                    key={how}
                    type="button"
                    className="btn btn-sm btn-outline-secondary"
                    disabled={disabled}
                    onClick={() => refuse(number, how)}
                  >
                    {REFUSED[how]()}
                  </button>
                ))}
              </div>
            )}
          </section>
        );
      })}
      {numbers.length > 1 && (
        <button
          type="button"
          className="btn btn-sm btn-link"
          disabled={disabled}
          onClick={() => act({ no_answer: true })}
        >
          {t("Nobody answers")}
        </button>
      )}
    </div>
  );
}
