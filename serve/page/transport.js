// How the page asks: its server answers. A page without one has another file of this name.

export const request = (path, options) => fetch(path, options);
