// Chooses the colours before the first paint; that is why it is no module.
"use strict";

(() => {
  const names = ["system", "light", "dark"];
  const read = () => {
    try {
      const name = localStorage.getItem("notifygen.theme");
      return names.includes(name) ? name : "system";
    } catch {
      return "system"; // storage may be forbidden
    }
  };
  let theme = read();

  const apply = (button) => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    if (!button) return;
    const label = { system: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" }[theme];
    button.textContent = { system: "◐", light: "☀\ufe0e", dark: "☾" }[theme];
    button.setAttribute("aria-label", label);
    button.title = label;
  };
  apply();

  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    apply(button);
    button.addEventListener("click", () => {
      theme = names[(names.indexOf(theme) + 1) % names.length];
      try {
        localStorage.setItem("notifygen.theme", theme);
      } catch {
        // it holds until the page is closed
      }
      apply(button);
    });
  });
})();
