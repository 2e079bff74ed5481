// Simulates a busy machine: limits a page to five frames per second, so that the display lags behind the state.

/** Replaces requestAnimationFrame. Runs in the page before its scripts. */
export function slowFrames() {
  const INTERVAL = 200;
  const nextFrame = window.requestAnimationFrame.bind(window);
  const waiting = new Map();
  let lastNumber = 0;
  const draw = (time) => {
    const due = [...waiting];
    waiting.clear();
    for (const [, callback] of due) callback(time);
  };
  window.requestAnimationFrame = (callback) => {
    if (waiting.size === 0) setTimeout(() => nextFrame(draw), INTERVAL);
    waiting.set((lastNumber += 1), callback);
    return lastNumber;
  };
  window.cancelAnimationFrame = (number) => waiting.delete(number);
}
