/** The side panels, each a chunk of its own that is loaded when it is first opened. */

import { lazy } from "react";

export const PhonePanel = lazy(() => import("./phone/Phone"));
export const TestsPanel = lazy(() => import("./tests/Tests"));
export const VersionsPanel = lazy(() => import("./versions/Versions"));
