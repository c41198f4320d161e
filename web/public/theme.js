// Runs before the first paint, as a file of its own because the content policy allows no inline script.
try {
  const theme = localStorage.getItem("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  if (localStorage.getItem("signed-in") === "yes") document.documentElement.dataset.entry = "in";
  // Whoever is signed in most often wants a board: its code comes while the entry is still being read.
  if (localStorage.getItem("signed-in") === "yes" && location.pathname.startsWith("/projects/")) {
    const languages = [localStorage.getItem("locale"), ...navigator.languages].map((tag) => tag?.slice(0, 2));
    const language = languages.find((one) => one === "en" || one === "ko") ?? "en";
    const { dataset } = document.currentScript;
    for (const file of `${dataset.board ?? ""} ${dataset[language] ?? ""}`.split(" ").filter(Boolean)) {
      const link = document.createElement("link");
      Object.assign(link, { rel: "modulepreload", crossOrigin: "", href: `/${file}` });
      document.head.append(link);
    }
  }
} catch {
  // Storage is closed to this page: the system's theme holds.
}
