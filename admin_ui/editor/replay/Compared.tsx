/** The recorded way beside the way on this draft, with the place where they part. */

import { callerName } from "../phone/callers";
import { exactly, t } from "../texts";
import type { CallRecord, ReplayAnswer, Row, Verdict } from "./replay";

interface Props {
  flow: string;
  record: CallRecord | null;
  answer: ReplayAnswer;
  rows: Row[];
  verdict: Verdict;
  select: (node: string) => void;
}

export function Compared({ record, answer, rows, verdict, select }: Props) {
  const parts = rows.findIndex((row) => !row.same);
  const last = answer.steps.length - 1;
  return (
    <>
      {record && (
        <p className="rp-call">
          <strong>{callerName(record.caller)}</strong>
          {record.started_at && <small>{exactly(new Date(record.started_at))}</small>}
          {record.flow_version && <small>{t("went through version {version}", { version: record.flow_version })}</small>}
        </p>
      )}
      <Explained answer={answer} verdict={verdict} select={select} />
      <table className="table table-sm rp-table">
        <caption className="visually-hidden">{t("The recorded path and the path on this draft")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("Recorded")}</th>
            <th scope="col">{t("On this draft")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, place) => (
            <tr key={place} className={rowClass(row, verdict)}>
              <td>{row.recorded}</td>
              <td>
                {row.draft && (
                  <button
                    type="button"
                    className="btn btn-link btn-sm"
                    disabled={row.draft.includes("/")}
                    onClick={() => select(row.draft)}
                  >
                    {row.draft}
                  </button>
                )}
                {place === parts && row.draft && <span className="rp-sign">{t("parts here")}</span>}
                {verdict === "stopped" && place === last && <span className="rp-sign rp-stop">{t("stops here")}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** What a stopped replay did not come to is no difference. */
function rowClass(row: Row, verdict: Verdict): string {
  if (row.same) return "";
  return verdict === "stopped" && !row.draft ? "rp-ahead" : "rp-other";
}

function Explained({ answer, verdict, select }: Pick<Props, "answer" | "verdict" | "select">) {
  if (verdict === "same") {
    return <p className="alert alert-success">{t("This draft takes the call the same way.")}</p>;
  }
  if (verdict === "other_way") {
    return (
      <p className="alert alert-warning">
        {t("All recorded answers fit, but this draft takes the call another way.")}
      </p>
    );
  }
  const where = answer.problem?.where || answer.steps.at(-1)?.node || "";
  return (
    <div className="alert alert-warning" role="status">
      {where && (
        <button type="button" className="btn btn-link btn-sm" onClick={() => select(where)}>
          {where}
        </button>
      )}{" "}
      {answer.stopped?.text || answer.problem?.text}
    </div>
  );
}
