/** MIP/1 over Unix sockets of Node. */
export { type ConnectOptions, MipClient } from './mip-client.ts';
export { ListenError, type ListenOptions, MipServer } from './mip-server.ts';
