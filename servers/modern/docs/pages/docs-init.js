// An own file because the content security policy forbids inline scripts.
window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null, // the default asks an online validator
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
