/** The file that compute threads of a worker run; see `startWorker` of @molt/runtime. */
import '@molt/runtime/compute-slot';
