import { ChevronDown, ChevronUp, X } from "lucide-react";

import { t } from "../texts";

interface Props {
  place: number;
  count: number;
  name: string;
  disabled: boolean;
  move: (by: number) => void;
  remove: () => void;
}

/** Up, down and away, for a row of a list. */
export function RowTools({ place, count, name, disabled, move, remove }: Props) {
  return (
    <span className="ed-row-tools">
      {count > 1 ? (
        <>
          <button type="button" className="ed-tool" disabled={disabled || place === 0} aria-label={t("Move {name} up", { name })} onClick={() => move(-1)}><ChevronUp size={15} /></button>
          <button type="button" className="ed-tool" disabled={disabled || place === count - 1} aria-label={t("Move {name} down", { name })} onClick={() => move(1)}><ChevronDown size={15} /></button>
        </>
      ) : null}
      <button type="button" className="ed-tool" disabled={disabled} aria-label={t("Remove {name}", { name })} onClick={remove}><X size={15} /></button>
    </span>
  );
}
