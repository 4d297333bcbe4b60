// An own file because the content security policy forbids inline scripts. The
// fonts are the system's: ReDoc's own default would be a web font.
Redoc.init(
  "/openapi.json",
  {
    theme: {
      typography: {
        fontFamily: "system-ui, sans-serif",
        headings: { fontFamily: "system-ui, sans-serif" },
        code: { fontFamily: "ui-monospace, monospace" },
      },
    },
  },
  document.getElementById("redoc"),
);
