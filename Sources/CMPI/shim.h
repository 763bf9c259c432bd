// The part of MPI that charlstm uses: messages of bytes between all processes of the world, none of
// which waits. MPI's constants are macros and casts in one implementation and addresses in another, and
// its handles are numbers here and pointers there: all that differs stands in this file.
#pragma once

#include <mpi.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>

// Every call returns a code of MPI's: charlstm_mpi_success, or one that charlstm_mpi_error puts in words.
static const int charlstm_mpi_success = MPI_SUCCESS;

// One send or receive that is under way.
typedef struct {
  MPI_Request request;
} charlstm_mpi_request;

// A message that has arrived at least in part.
typedef struct {
  MPI_Message message;
  int source, tag, count;
} charlstm_mpi_arrival;

// Only the thread that calls this calls MPI. Errors are returned from here on.
static inline int charlstm_mpi_begin(int *rank, int *count) {
  int provided;
  int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
  if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, rank);
  if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, count);
  return code;
}

static const int charlstm_mpi_name_size = MPI_MAX_PROCESSOR_NAME;

// The names of all processes' machines, each in charlstm_mpi_name_size bytes and ended by a zero byte.
static inline int charlstm_mpi_names(char *names) {
  char name[MPI_MAX_PROCESSOR_NAME];
  memset(name, 0, sizeof name);
  int length;
  int code = MPI_Get_processor_name(name, &length);
  if (code != MPI_SUCCESS) return code;
  name[sizeof name - 1] = 0;
  return MPI_Allgather(name, sizeof name, MPI_CHAR, names, sizeof name, MPI_CHAR, MPI_COMM_WORLD);
}

// The highest tag that a message may have.
static inline int charlstm_mpi_highest_tag(void) {
  int *value, found;
  if (MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &value, &found) != MPI_SUCCESS || !found)
    return 32767; // what the standard promises
  return *value;
}

static inline int charlstm_mpi_send(
    const void *bytes, int count, int destination, int tag, charlstm_mpi_request *request) {
  return MPI_Isend(bytes, count, MPI_BYTE, destination, tag, MPI_COMM_WORLD, &request->request);
}

// Whether a message has arrived; it is then to be received by charlstm_mpi_receive.
static inline int charlstm_mpi_probe(bool *found, charlstm_mpi_arrival *arrival) {
  int flag = 0;
  MPI_Status status;
  int code = MPI_Improbe(
      MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &flag, &arrival->message, &status);
  *found = code == MPI_SUCCESS && flag;
  if (!*found) return code;
  arrival->source = status.MPI_SOURCE;
  arrival->tag = status.MPI_TAG;
  return MPI_Get_count(&status, MPI_BYTE, &arrival->count);
}

static inline int charlstm_mpi_receive(
    void *bytes, charlstm_mpi_arrival *arrival, charlstm_mpi_request *request) {
  return MPI_Imrecv(bytes, arrival->count, MPI_BYTE, &arrival->message, &request->request);
}

// The same for a few bytes, which come together with the message's arrival.
static inline int charlstm_mpi_receive_now(void *bytes, charlstm_mpi_arrival *arrival) {
  return MPI_Mrecv(bytes, arrival->count, MPI_BYTE, &arrival->message, MPI_STATUS_IGNORE);
}

// Done once all processes have begun it.
static inline int charlstm_mpi_barrier(charlstm_mpi_request *request) {
  return MPI_Ibarrier(MPI_COMM_WORLD, &request->request);
}

static inline int charlstm_mpi_test(charlstm_mpi_request *request, bool *done) {
  int flag = 0;
  int code = MPI_Test(&request->request, &flag, MPI_STATUS_IGNORE);
  *done = code == MPI_SUCCESS && flag;
  return code;
}

static inline int charlstm_mpi_end(void) { return MPI_Finalize(); }

static inline void charlstm_mpi_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

static const int charlstm_mpi_error_size = MPI_MAX_ERROR_STRING;

static inline void charlstm_mpi_error(int code, char *text) {
  int length = 0;
  text[0] = 0;
  if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
  text[length < MPI_MAX_ERROR_STRING ? length : MPI_MAX_ERROR_STRING - 1] = 0;
}

// Has the calling thread wake when it said it would; without, 50 microseconds late.
static inline void charlstm_wake_on_time(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }
