/** What was said and done, as bubbles: the flow on the left, the caller on the right, the system between them. */

import { Volume2, VolumeX } from "lucide-react";
import { useEffect, useRef } from "react";

import { t } from "../texts";
import type { SeenEvent, Sound } from "../types";
import { addressOf, type Loudspeaker, type Playing } from "./sound";
import { Place } from "./Place";
import { sideOf } from "./words";
import "./transcript.css";

interface Props {
  events: SeenEvent[];
  flow: string;
  speaker: Loudspeaker;
  playing: Playing;
  select: (node: string) => void;
}

export function Transcript({ events, flow, speaker, playing, select }: Props) {
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView?.({ block: "nearest" }); // it returns a promise in some browsers
  }, [events.length]);
  return (
    <div className="ph-log" role="log" aria-live="polite" aria-label={t("What is said and done")}>
      <ol className="ph-transcript">
        {events.map((event, place) => (
          <li key={place} className={`ph-${sideOf(event)}`} ref={place === events.length - 1 ? end : null}>
            {enters(events, place) && <Place className="ph-node" flow={flow} of={event} select={select} />}
            {event.sounds?.length ? (
              event.sounds.map((sound, number) => (
                <Bubble key={number} sound={sound} speaker={speaker} playing={playing} />
              ))
            ) : (
              <span className="ph-deed">{event.text || event.type}</span>
            )}
          </li>
        ))}
      </ol>
    </div>
  );
}

/** Whether the call enters a node with this event: its name is said once. */
function enters(events: SeenEvent[], place: number): boolean {
  const [before, now] = [events[place - 1], events[place]];
  return before?.step !== now?.step || before?.node !== now?.node;
}

function Bubble({ sound, speaker, playing }: { sound: Sound; speaker: Loudspeaker; playing: Playing }) {
  const address = addressOf(sound);
  const failed = playing.failed.has(address);
  const now = playing.now === address;
  const words = sound.text || sound.prompt;
  return (
    <div className={`ph-bubble ${now ? "ph-now" : ""}`}>
      <p lang={sound.language || undefined}>{words}</p>
      <div className="ph-about">
        {sound.prompt && <span title={t("Prompt of the library")}>{sound.prompt}</span>}
        {sound.language && <span>{sound.language}</span>}
        <button
          type="button"
          aria-label={now ? t("Stop") : t("Hear “{words}”", { words })}
          title={failed ? t("This could not be made audible; try again.") : t("Hear it")}
          onClick={() => (now ? speaker.stop() : speaker.again(address))}
        >
          {failed ? <VolumeX size={14} aria-hidden /> : <Volume2 size={14} aria-hidden />}
        </button>
        {failed && <span className="text-warning-emphasis">{t("no sound")}</span>}
      </div>
    </div>
  );
}
