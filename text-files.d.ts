/** Python and C sources are embedded as text by every bundler of this repository. */
declare module '*.py' {
  const text: string;
  export default text;
}
declare module '*.c' {
  const text: string;
  export default text;
}
declare module '*.h' {
  const text: string;
  export default text;
}
