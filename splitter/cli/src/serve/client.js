// Reloads the page when there is a new build, and shows why the newest one failed or that the first is under way.
(() => {
  const built = document.currentScript.dataset.build;
  let overlay;

  function show(title, text) {
    hide();
    overlay = document.createElement("div");
    overlay.id = "wasm-cleave-error";
    // A shadow root keeps the page's styles out, and ours in.
    const root = overlay.attachShadow({ mode: "open" });
    const style = document.createElement("style");
    style.textContent = `
      :host { position: fixed; inset: 0; z-index: 2147483647; overflow: auto; padding: 2rem;
              background: rgb(20 20 24 / 94%); color: #eee; }
      h1 { font: 600 1.1rem system-ui, sans-serif; color: #ff7b72; margin: 0 0 1rem; }
      h1.waiting { color: inherit; }
      pre { font: 0.85rem/1.5 ui-monospace, monospace; white-space: pre-wrap; margin: 0; }
      p { font: 0.9rem system-ui, sans-serif; color: #aaa; }
      button { position: absolute; top: 1.5rem; right: 2rem; font: 1rem system-ui, sans-serif;
               padding: 0.3rem 0.8rem; }`;
    const head = document.createElement("h1");
    head.textContent = title;
    head.className = text === undefined ? "waiting" : "";
    root.append(style, head);
    if (text !== undefined) {
      const message = document.createElement("pre");
      message.textContent = text;
      const hint = document.createElement("p");
      hint.textContent = "The page goes on by itself when a build succeeds.";
      root.append(message, hint);
    }
    if (built) {
      const close = document.createElement("button");
      close.textContent = "Close";
      close.addEventListener("click", hide);
      root.append(close);
    }
    document.body.append(overlay);
  }

  function hide() {
    overlay?.remove();
    overlay = undefined;
  }

  new EventSource("/__wasm-cleave/events").addEventListener("message", (event) => {
    const status = JSON.parse(event.data);
    if (status.error && built) show("The newest build failed. Behind this is the last good one.", status.error);
    else if (status.error) show("The build failed.", status.error);
    else if (status.build !== built) location.reload();
    else if (!built) show("The first build is under way …");
    else hide();
  });
})();
