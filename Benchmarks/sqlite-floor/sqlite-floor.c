// What SQLite alone can do with the server's tables: batches of 10,000 points, each one synced transaction.
//
//     sqlite-floor DATABASE ROWS TIMES SECONDS GROUP
//
// DATABASE is a file that the server made, with one workspace, the categories 0 to 5 of every metric, and any number of
// points; so the layout is always the server's own. ROWS holds a multiple of 10,000 lines
// `metric,day,category,value,source` as numbers, the source as text or empty. They are read into memory first. Each
// batch is stored TIMES times before the next one's turn, and after the last comes the first again, until SECONDS are
// over. A line of JSON then says how many points were stored in how many seconds.
//
// GROUP is how many rows an INSERT has. With 1 they are inserted as they come, which is the plain way; with more, a
// batch is also sorted by its key before, which is the fastest way known.
//
// A transaction does what must be done for a batch and nothing else: it takes numbers for the points, inserts them,
// adds their rollups, which were summed in memory, adds to the counts of the categories, and commits.

#define _POSIX_C_SOURCE 200809L

#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 10000, METRICS = 7, CATEGORIES = 6, SEQUENCE_BITS = 37 };

// The parameters of an INSERT of points: two for all of its rows, and five for each.
enum { WORKSPACE = 1, CREATED_AT, FIRST_OF_ROWS, IN_ROW = 5, MOST_IN_GROUP = 1000 };

// As the server opens its file: Sources/AnalyticsStore/Database/SQLite/SQLiteDatabase.swift.
static const char *const pragmas = "PRAGMA journal_mode = WAL;"
                                   "PRAGMA synchronous = FULL;"
                                   "PRAGMA cache_size = -16384;"
                                   "PRAGMA foreign_keys = ON;";

#define CHOSEN(table, column, sign) \
    column " = CASE WHEN excluded." column sign table "." column \
           " THEN excluded." column " ELSE " table "." column " END"
#define ADDED(table) \
    " DO UPDATE SET point_count = " table ".point_count + excluded.point_count, " \
    "value_sum = " table ".value_sum + excluded.value_sum, " \
    CHOSEN(table, "value_min", " < ") ", " CHOSEN(table, "value_max", " > ")

typedef struct {
    int metric, day, category;
    int64_t value;
    const char *source;
    int source_length;
} Row;

typedef struct {
    int64_t count, sum, least, most;
} Rollup;

// The rollups of one batch: those that it touches stand in `touched`.
typedef struct {
    Rollup *rollups;
    int *touched;
    int touched_count;
} Ledger;

static sqlite3 *database;
static int first_day, day_count;

static void fail(const char *what) {
    fprintf(stderr, "sqlite-floor: %s: %s\n", what, database ? sqlite3_errmsg(database) : "");
    exit(1);
}

static void execute(const char *sql) {
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK) fail(sql);
}

static sqlite3_stmt *prepare(const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) fail(sql);
    return statement;
}

static void run(sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) fail(sqlite3_sql(statement));
    sqlite3_reset(statement);
}

// The first column of the only row.
static int64_t ask(sqlite3_stmt *statement) {
    if (sqlite3_step(statement) != SQLITE_ROW) fail(sqlite3_sql(statement));
    int64_t value = sqlite3_column_int64(statement, 0);
    if (sqlite3_step(statement) != SQLITE_DONE) fail(sqlite3_sql(statement));
    sqlite3_reset(statement);
    return value;
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);
    if (!memory) fail("out of memory");
    return memory;
}

static char *contents(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0) fail(path);
    long size = ftell(file);
    rewind(file);
    char *text = allocate((size_t)size + 1, 1);
    if (fread(text, 1, (size_t)size, file) != (size_t)size) fail(path);
    fclose(file);
    return text;
}

// Reads the rows and how far their days reach; the sources stay in the text.
static Row *read_rows(char *text, int *count) {
    int lines = 0;
    for (const char *next = text; (next = strchr(next, '\n')); next++) lines++;
    Row *rows = allocate((size_t)lines, sizeof(Row));
    int last_day = 0;
    char *next = text;
    for (int index = 0; index < lines; index++) {
        Row *row = &rows[index];
        row->metric = (int)strtol(next, &next, 10);
        row->day = (int)strtol(next + 1, &next, 10);
        row->category = (int)strtol(next + 1, &next, 10);
        row->value = strtoll(next + 1, &next, 10);
        if (*next != ',' || row->metric < 1 || row->metric > METRICS || row->day < 0 || row->category < 0 ||
            row->category >= CATEGORIES)
            fail("a row is not as it should be");
        row->source = next + 1;
        next = strchr(next, '\n');
        row->source_length = (int)(next - row->source);
        next++;
        if (index == 0 || row->day < first_day) first_day = row->day;
        if (row->day > last_day) last_day = row->day;
    }
    if (lines == 0 || lines % BATCH != 0) fail("there must be 10,000 rows, or a multiple");
    day_count = last_day - first_day + 1;
    *count = lines;
    return rows;
}

// An INSERT of so many points.
static sqlite3_stmt *prepare_insert(int group) {
    size_t size = 200 + 64 * (size_t)group;
    char *sql = allocate(size, 1);
    size_t length = (size_t)snprintf(
        sql, size, "INSERT INTO data_point (workspace_id, metric, id, value, category_id, source, created_at) VALUES ");
    for (int row = 0; row < group; row++) {
        int first = FIRST_OF_ROWS + row * IN_ROW;
        length += (size_t)snprintf(sql + length, size - length, "%s(?1, ?%d, ?%d, ?%d, ?%d, ?%d, ?2)", row ? ", " : "",
                                   first, first + 1, first + 2, first + 3, first + 4);
    }
    return prepare(sql);
}

// By metric, day and number, which is the order of the key.
static int compare(const void *left, const void *right) {
    const Row *a = *(const Row *const *)left, *b = *(const Row *const *)right;
    if (a->metric != b->metric) return a->metric < b->metric ? -1 : 1;
    if (a->day != b->day) return a->day < b->day ? -1 : 1;
    return a < b ? -1 : 1;
}

static void bind_row(sqlite3_stmt *insert, int first, const Row *row, int64_t sequence) {
    sqlite3_bind_int(insert, first, row->metric);
    sqlite3_bind_int64(insert, first + 1, ((int64_t)row->day << SEQUENCE_BITS) | sequence);
    sqlite3_bind_int64(insert, first + 2, row->value);
    sqlite3_bind_int(insert, first + 3, row->category);
    if (row->source_length)
        sqlite3_bind_text(insert, first + 4, row->source, row->source_length, SQLITE_STATIC);
    else
        sqlite3_bind_null(insert, first + 4);
}

static Ledger new_ledger(int places) {
    return (Ledger){allocate((size_t)places, sizeof(Rollup)), allocate((size_t)places, sizeof(int)), 0};
}

static void add(Ledger *ledger, int place, int64_t value) {
    Rollup *rollup = &ledger->rollups[place];
    if (rollup->count == 0) {
        *rollup = (Rollup){1, value, value, value};
        ledger->touched[ledger->touched_count++] = place;
        return;
    }
    rollup->count++;
    rollup->sum += value;
    if (value < rollup->least) rollup->least = value;
    if (value > rollup->most) rollup->most = value;
}

// Writes and empties; the parameters from `first` on are those of a rollup.
static void bind_rollup(sqlite3_stmt *statement, int first, Rollup *rollup) {
    sqlite3_bind_int64(statement, first, rollup->count);
    sqlite3_bind_int64(statement, first + 1, rollup->sum);
    sqlite3_bind_int64(statement, first + 2, rollup->least);
    sqlite3_bind_int64(statement, first + 3, rollup->most);
    rollup->count = 0;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 6) {
        fprintf(stderr, "usage: sqlite-floor DATABASE ROWS TIMES SECONDS GROUP\n");
        return 2;
    }
    int row_count;
    const Row *rows = read_rows(contents(argv[2]), &row_count);
    int times = atoi(argv[3]);
    double limit = atof(argv[4]);
    int group = atoi(argv[5]);
    if (times < 1 || limit <= 0) fail("TIMES and SECONDS must be more than nothing");
    if (group < 1 || group > MOST_IN_GROUP || BATCH % group != 0)
        fail("GROUP must divide 10,000, and be 1,000 at most");

    if (sqlite3_open_v2(argv[1], &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        fail(argv[1]);
    execute(pragmas);
    int64_t workspace = ask(prepare("SELECT id FROM workspace"));
    sqlite3_stmt *take = prepare("INSERT INTO point_sequence (workspace_id, next_sequence) VALUES (?1, 1 + ?2) "
                                 "ON CONFLICT (workspace_id) DO UPDATE SET next_sequence = next_sequence + ?2 "
                                 "RETURNING next_sequence - ?2");
    sqlite3_stmt *insert = prepare_insert(group);
    sqlite3_stmt *add_day = prepare("INSERT INTO daily_rollup (workspace_id, metric, day, point_count, value_sum, "
                                    "value_min, value_max) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                                    "ON CONFLICT (workspace_id, metric, day)" ADDED("daily_rollup"));
    sqlite3_stmt *add_category_day =
        prepare("INSERT INTO daily_category_rollup (workspace_id, metric, day, category_id, point_count, value_sum, "
                "value_min, value_max) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) "
                "ON CONFLICT (workspace_id, metric, day, category_id)" ADDED("daily_category_rollup"));
    sqlite3_stmt *count = prepare("UPDATE category SET point_count = point_count + ?4 "
                                  "WHERE workspace_id = ?1 AND metric = ?2 AND id = ?3");
    sqlite3_bind_int64(take, 1, workspace);
    sqlite3_bind_int64(insert, WORKSPACE, workspace);
    sqlite3_bind_int64(add_day, 1, workspace);
    sqlite3_bind_int64(add_category_day, 1, workspace);
    sqlite3_bind_int64(count, 1, workspace);

    Ledger days = new_ledger(METRICS * day_count);
    Ledger category_days = new_ledger(METRICS * day_count * CATEGORIES);
    int batch_count = row_count / BATCH;
    static const Row *order[BATCH];
    int64_t stored = 0;
    double started = now(), seconds = 0;
    for (int64_t number = 0; seconds < limit; number++) {
        const Row *batch = rows + (number / times % batch_count) * BATCH;
        int counts[METRICS][CATEGORIES] = {{0}};
        struct timespec clock;
        clock_gettime(CLOCK_REALTIME, &clock);
        execute("BEGIN IMMEDIATE");
        sqlite3_bind_int64(take, 2, BATCH);
        int64_t sequence = ask(take);
        sqlite3_bind_int64(insert, CREATED_AT, (int64_t)clock.tv_sec * 1000 + clock.tv_nsec / 1000000);
        for (int index = 0; index < BATCH; index++) order[index] = &batch[index];
        if (group > 1) qsort(order, BATCH, sizeof *order, compare);
        for (int index = 0; index < BATCH; index++) {
            const Row *row = order[index];
            int metric = row->metric - 1;
            int day = metric * day_count + row->day - first_day;
            add(&days, day, row->value);
            add(&category_days, day * CATEGORIES + row->category, row->value);
            counts[metric][row->category]++;
            bind_row(insert, FIRST_OF_ROWS + index % group * IN_ROW, row, sequence + (row - batch));
            if ((index + 1) % group == 0) run(insert);
        }
        for (; days.touched_count; days.touched_count--) {
            int place = days.touched[days.touched_count - 1];
            sqlite3_bind_int(add_day, 2, place / day_count + 1);
            sqlite3_bind_int(add_day, 3, place % day_count + first_day);
            bind_rollup(add_day, 4, &days.rollups[place]);
            run(add_day);
        }
        for (; category_days.touched_count; category_days.touched_count--) {
            int place = category_days.touched[category_days.touched_count - 1];
            sqlite3_bind_int(add_category_day, 2, place / CATEGORIES / day_count + 1);
            sqlite3_bind_int(add_category_day, 3, place / CATEGORIES % day_count + first_day);
            sqlite3_bind_int(add_category_day, 4, place % CATEGORIES);
            bind_rollup(add_category_day, 5, &category_days.rollups[place]);
            run(add_category_day);
        }
        for (int metric = 0; metric < METRICS; metric++) {
            for (int category = 0; category < CATEGORIES; category++) {
                if (!counts[metric][category]) continue;
                sqlite3_bind_int(count, 2, metric + 1);
                sqlite3_bind_int(count, 3, category);
                sqlite3_bind_int(count, 4, counts[metric][category]);
                run(count);
                if (sqlite3_changes(database) != 1) fail("a category is not there");
            }
        }
        execute("COMMIT");
        stored += BATCH;
        seconds = now() - started;
    }

    sqlite3_finalize(take);
    sqlite3_finalize(insert);
    sqlite3_finalize(add_day);
    sqlite3_finalize(add_category_day);
    sqlite3_finalize(count);
    printf("{\"points\": %lld, \"seconds\": %.6f}\n", (long long)stored, seconds);
    return 0;
}
