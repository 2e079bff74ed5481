// A page that is drawn five times a second, as on a machine that does much else: what is shown lags behind what is
// known, and each frame draws what was asked for in the order in which it was asked.

/** Runs in the page, before its own scripts. */
export function slowFrames() {
  const INTERVAL = 200;
  const nextFrame = window.requestAnimationFrame.bind(window);
  const waiting = new Map();
  let asked = 0;
  const draw = (time) => {
    const due = [...waiting];
    waiting.clear();
    for (const [, callback] of due) callback(time);
  };
  window.requestAnimationFrame = (callback) => {
    if (waiting.size === 0) setTimeout(() => nextFrame(draw), INTERVAL);
    waiting.set((asked += 1), callback);
    return asked;
  };
  window.cancelAnimationFrame = (number) => waiting.delete(number);
}
