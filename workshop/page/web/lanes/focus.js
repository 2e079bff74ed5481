// The keyboard focus among the events.

/** The keyboard focus among the events of `lanes`. */
export class LaneFocus {
  #active = null;

  constructor(lanes) {
    this.lanes = lanes;
  }

  /** Sets the event that receives the focus when Tab reaches the lanes. */
  set(seq) {
    this.#active = seq;
  }

  /** Focuses an event, if it is drawn. */
  give(seq) {
    this.#active = seq;
    this.lanes.field.box(seq)?.focus({ preventScroll: true });
  }

  /** Draws and restores the focus if its box was created again. */
  keep(draw) {
    const seq = Number(document.activeElement?.dataset.seq);
    draw();
    if (document.activeElement === document.body) this.lanes.field.box(seq)?.focus({ preventScroll: true });
  }

  /** Makes one drawn event reachable by Tab: the selected one, the last focused one, or the first. */
  drawStop(drawn, top) {
    const wanted = this.lanes.store.selected ?? this.#active;
    const isDrawn = drawn.some((entry) => entry.item.seq === wanted);
    const first = drawn.find((entry) => entry.y + 8 >= top);
    this.lanes.field.setTabStop(isDrawn ? wanted : first?.item.seq);
  }
}
