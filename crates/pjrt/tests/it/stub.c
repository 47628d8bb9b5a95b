// A plugin of which only the head of the table and the error functions work. The others fail, or do nothing.
#include <stddef.h>
#include <stdio.h>

typedef struct { size_t size; void *extension; void *error; const char *message; size_t message_size; } MessageArgs;
typedef struct { size_t size; void *extension; void *error; int code; } CodeArgs;

static int destroyed;
static char text[64];

static void error_destroy(void *args) { (void)args; destroyed++; }
static void error_message(MessageArgs *args) {
    args->message_size = (size_t)snprintf(text, sizeof text, "out of order, %d destroyed", destroyed);
    args->message = text;
}
static void *error_code(CodeArgs *args) { args->code = 9; return NULL; }
static int fails = 1;
static void *fail(void *args) { (void)args; return fails ? text : NULL; }

static struct {
    size_t size; void *extension;
    size_t version_size; void *version_extension; int major, minor;
    void *functions[138];
} api = {
    40 + 8 * FUNCTIONS, NULL, 24, NULL, MAJOR, MINOR,
    { error_destroy, error_message, error_code, [3 ... 137] = fail },
};

void *GetPjrtApi(void) { return RESULT; }
