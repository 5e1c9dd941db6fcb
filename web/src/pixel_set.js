// Which pixels of a frame are taken.

export class PixelSet {
  constructor({ left, top, width, height }) {
    this.left = Math.floor(left) - 8;
    this.top = Math.floor(top) - 8;
    this.width = Math.ceil(width) + 16;
    this.height = Math.ceil(height) + 16;
    this.taken = new Uint8Array(this.width * this.height);
  }

  /// Takes a pixel; false where it was taken before or lies outside.
  add(left, top) {
    const across = left - this.left;
    const down = top - this.top;
    if (across < 0 || down < 0 || across >= this.width || down >= this.height) return false;
    const place = down * this.width + across;
    if (this.taken[place] === 1) return false;
    this.taken[place] = 1;
    return true;
  }
}
