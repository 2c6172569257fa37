/* Stands for NVRTC in tests: it knows sm_75, sm_80 and sm_90, and what it "compiles" is a note of what
 * it was asked. A source that says "nowhere" has an error; one that says "wait for <file>" takes until
 * there is such a file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct program {
  char *source;
  char name[256];
  char image[1024];
  char log[512];
};

int nvrtcVersion(int *major, int *minor) {
  *major = 12;
  *minor = 9;
  return 0;
}

int nvrtcGetNumSupportedArchs(int *count) {
  *count = 3;
  return 0;
}

int nvrtcGetSupportedArchs(int *all) {
  all[0] = 75;
  all[1] = 80;
  all[2] = 90;
  return 0;
}

int nvrtcCreateProgram(struct program **made, const char *source, const char *name, int headers,
                       const char *const *texts, const char *const *names) {
  (void)texts, (void)names;
  if (headers != 0) {
    return 3;
  }
  *made = calloc(1, sizeof **made);
  (*made)->source = strdup(source);
  snprintf((*made)->name, sizeof(*made)->name, "%s", name);
  return 0;
}

int nvrtcCompileProgram(struct program *program, int count, const char *const *options) {
  const char *wait = strstr(program->source, "wait for ");
  char file[512];
  while (wait && sscanf(wait, "wait for %511s", file) == 1 && access(file, F_OK)) {
    usleep(1000);
  }
  if (strstr(program->source, "nowhere")) {
    snprintf(program->log, sizeof program->log, "%s(1): error: nowhere is undefined", program->name);
    return 6;
  }
  snprintf(program->image, sizeof program->image, "compiled %s", program->name);
  for (int i = 0; i < count; i++) {
    strcat(strcat(program->image, " "), options[i]);
  }
  return 0;
}

int nvrtcGetProgramLogSize(struct program *program, size_t *bytes) {
  *bytes = strlen(program->log) + 1;
  return 0;
}

int nvrtcGetProgramLog(struct program *program, char *log) {
  strcpy(log, program->log);
  return 0;
}

int nvrtcGetCUBINSize(struct program *program, size_t *bytes) {
  *bytes = strlen(program->image);
  return 0;
}

int nvrtcGetCUBIN(struct program *program, char *image) {
  memcpy(image, program->image, strlen(program->image));
  return 0;
}

int nvrtcGetPTXSize(struct program *program, size_t *bytes) {
  *bytes = strlen(program->image) + 1;
  return 0;
}

int nvrtcGetPTX(struct program *program, char *image) {
  strcpy(image, program->image);
  return 0;
}

int nvrtcDestroyProgram(struct program **program) {
  free((*program)->source);
  free(*program);
  *program = NULL;
  return 0;
}
