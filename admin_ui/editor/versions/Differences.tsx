/** Differences in words: nodes that came, went and changed, each field before and after. */

import { Minus, Pencil, Plus } from "lucide-react";

import { t } from "../texts";
import type { FieldChange, FlowDoc, Forms } from "../types";
import { fieldName, isSame, sayChange, type Sides, type WholeDiff } from "./diff_words";
import { wordDiff } from "./words_diff";

interface Props {
  diff: WholeDiff;
  before: FlowDoc;
  after: FlowDoc;
  forms: Forms;
}

export function Differences({ diff, before, after, forms }: Props) {
  if (isSame(diff)) return <p className="ve-faint">{t("Nothing differs.")}</p>;
  return (
    <div className="ve-diff">
      {diff.added.map((node) => (
        <p key={node} className="ve-added">
          <Plus size={14} aria-hidden /> {t("“{node}” was added", { node })}
        </p>
      ))}
      {diff.removed.map((node) => (
        <p key={node} className="ve-removed">
          <Minus size={14} aria-hidden /> {t("“{node}” was removed", { node })}
        </p>
      ))}
      {Object.entries(diff.renamed ?? {}).map(([node, before]) => (
        <p key={node} className="ve-changed">
          <Pencil size={14} aria-hidden /> {t("“{before}” is now called “{node}”", { before, node })}
        </p>
      ))}
      {Object.entries(diff.changed).map(([node, changes]) => (
        <section key={node} aria-label={node}>
          <p className="ve-changed">
            <Pencil size={14} aria-hidden /> {t("“{node}” was changed", { node })}
          </p>
          <Changes changes={changes} sides={{ before: before.nodes[diff.renamed?.[node] ?? node], after: after.nodes[node], forms }} />
        </section>
      ))}
      {!!diff.moved?.length && (
        <details className="ve-faint">
          <summary>{t("Positions changed: {count} nodes", { count: diff.moved.length })}</summary>
          <p>{diff.moved.join(", ")}</p>
        </details>
      )}
      {diff.reordered && <p className="ve-faint">{t("The nodes stand in another order in the file.")}</p>}
      {diff.outline.length > 0 && (
        <section aria-label={t("The flow itself")}>
          <p className="ve-changed">
            <Pencil size={14} aria-hidden /> {t("The flow itself")}
          </p>
          <Changes changes={diff.outline} sides={{}} />
        </section>
      )}
    </div>
  );
}

function Changes({ changes, sides }: { changes: FieldChange[]; sides: Sides }) {
  return (
    <dl>
      {changes.map((change, place) => (
        <div key={place}>
          <dt>{fieldName(change[0], sides)}</dt>
          <dd>
            <Change change={change} sides={sides} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Change({ change, sides }: { change: FieldChange; sides: Sides }) {
  const words = sayChange(change, sides);
  if (words.how === "moved") return <span className="ve-faint">{t("moved")}</span>;
  if (words.how === "written") return <span className="ve-faint">{t("{value}, written differently", { value: words.value })}</span>;
  if (words.how === "values") {
    return (
      <>
        <del>{words.before}</del> → <ins>{words.after}</ins>
      </>
    );
  }
  return (
    <>
      {wordDiff(words.before, words.after).map((piece, place) => {
        if (piece.what === "same") return <span key={place}>{piece.text}</span>;
        return piece.what === "added" ? <ins key={place}>{piece.text}</ins> : <del key={place}>{piece.text}</del>;
      })}
    </>
  );
}
