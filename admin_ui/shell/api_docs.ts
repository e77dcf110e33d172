// The page of the API: Swagger UI over our own description; what is tried out there is done by who is logged in.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";
import "swagger-ui-dist/swagger-ui.css";
import "./api_docs.scss";

import { inOurWords } from "./api_docs_words";

const place = document.getElementById("api-docs") as HTMLElement;
const csrf = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";

// Swagger UI's dark colours hang on a class; the frame's on an attribute.
const root = document.documentElement;
const follow = () => root.classList.toggle("dark-mode", root.dataset.bsTheme === "dark");
new MutationObserver(follow).observe(root, { attributes: true, attributeFilter: ["data-bs-theme"] });
follow();

SwaggerUI({
  domNode: place,
  url: place.dataset.url ?? "",
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  defaultModelsExpandDepth: -1,
  displayRequestDuration: true,
  validatorUrl: null,
  plugins: [inOurWords],
  requestInterceptor: (request) => {
    if (!request.headers.Authorization) request.headers["X-CSRFToken"] = csrf;
    request.headers["Accept-Language"] = document.documentElement.lang;
    return request;
  },
});
