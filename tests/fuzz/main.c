/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fuzz target without libFuzzer: replays the files of the folders given, or of tests/fuzz/corpus/NAME when
 * it is called fuzz-NAME and nothing is given.  Speaks TAP.
 */
#include "fuzz.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

#define INPUT_MAX ((size_t)1 << 20)

static unsigned n_replayed;

static bool replay_file(const char *path)
{
	auto_file FILE    *file = fopen(path, "re");
	auto_free uint8_t *data = xcalloc(INPUT_MAX, 1);
	auto_free uint8_t *exact = NULL;
	size_t             size;

	if (!file)
		return false;
	size = fread(data, 1, INPUT_MAX, file);
	if (ferror(file))
		return false;
	/* Of exactly this size, so that AddressSanitizer sees a read past the end. */
	exact = xmemdup(data, size);
	LLVMFuzzerTestOneInput(exact, size);
	printf("ok %u - %s\n", ++n_replayed, path);
	return true;
}

static bool replay_folder(const char *path)
{
	struct dirent **entries = NULL;
	bool            ok = true;
	int             n = scandir(path, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		auto_free char *file = xasprintf("%s/%s", path, entries[i]->d_name);

		if (entries[i]->d_name[0] != '.' && !replay_file(file))
			ok = false;
		free(entries[i]);
	}
	free(entries);
	if (n < 0 || !ok)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return n >= 0 && ok;
}

static char *own_corpus(void)
{
	const char *source = getenv("top_srcdir"), *name = strstr(program_invocation_short_name, "fuzz-");

	return xasprintf("%s/tests/fuzz/corpus/%s", source ? source : ".", name ? name + strlen("fuzz-") : "");
}

int main(int argc, char **argv)
{
	auto_free char *corpus = own_corpus();
	bool            ok = true;

	for (int i = 1; i < argc; i++)
		ok = replay_folder(argv[i]) && ok;
	if (argc < 2)
		ok = replay_folder(corpus);
	printf("1..%u\n", n_replayed);
	return ok && n_replayed > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
