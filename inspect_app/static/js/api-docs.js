// Draws the OpenAPI document named by data-spec-url.
"use strict";

(() => {
  const place = document.getElementById("api-docs");
  if (!place || typeof SwaggerUIBundle === "undefined") return;
  place.replaceChildren();
  SwaggerUIBundle({ url: place.dataset.specUrl, domNode: place, deepLinking: true, validatorUrl: null });
})();
