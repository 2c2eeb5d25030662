// Where the files of this program lie.
export const base = () => import.meta.url;
