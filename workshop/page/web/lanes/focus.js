// Which event the keyboard is at.

/** The focus among the events of `lanes`. */
export class LaneFocus {
  #active = null;

  constructor(lanes) {
    this.lanes = lanes;
  }

  /** The focus comes to that event when it comes to the lanes. */
  set(seq) {
    this.#active = seq;
  }

  /** Gives the focus to an event, if it is drawn. */
  give(seq) {
    this.#active = seq;
    this.lanes.field.box(seq)?.focus({ preventScroll: true });
  }

  /** Draws; a box that is drawn anew has the focus still. */
  keep(draw) {
    const seq = Number(document.activeElement?.dataset.seq);
    draw();
    if (document.activeElement === document.body) this.lanes.field.box(seq)?.focus({ preventScroll: true });
  }

  /** Of what is drawn, Tab comes to one: the selected, the last that had the focus, or the first. */
  drawStop(drawn, top) {
    const wanted = this.lanes.store.selected ?? this.#active;
    const isDrawn = drawn.some((entry) => entry.item.seq === wanted);
    const first = drawn.find((entry) => entry.y + 8 >= top);
    this.lanes.field.setTabStop(isDrawn ? wanted : first?.item.seq);
  }
}
