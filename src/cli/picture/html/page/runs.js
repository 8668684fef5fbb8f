// @ts-check
// The list of runs is requested again every two seconds while the page is seen.
(() => {
  const rows = /** @type {HTMLElement} */ (document.getElementById('runs'));
  const note = /** @type {HTMLElement} */ (document.getElementById('message'));
  async function update() {
    if (document.hidden || rows.contains(document.activeElement)) return;
    try {
      const response = await fetch('rows');
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      rows.innerHTML = text;
      note.hidden = true;
    } catch (error) {
      note.textContent = `the list is not up to date: ${error instanceof Error ? error.message : String(error)}`;
      note.hidden = false;
    }
  }
  setInterval(update, 2_000);
})();
