import shared from '../../tsup.shared.ts';

/** Two entries: the protocol, and its Node sockets. */
export default { ...shared, entry: ['src/index.ts', 'src/node/index.ts'] };
