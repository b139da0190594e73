#include <curl/curl.h>
#include <string.h>

// curl_easy_setopt and curl_easy_getinfo take any type, which Swift does not call.

static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode ccurl_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

/// Where the server's reason for a refusal is written, at least CURL_ERROR_SIZE bytes.
static inline CURLcode ccurl_set_error_buffer(CURL *handle, char *buffer) {
    return curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, buffer);
}

/// What is sent, and how much of it is on its way.
typedef struct {
    const char *bytes;
    size_t length;
    size_t offset;
} ccurl_upload;

static inline size_t ccurl_read(char *buffer, size_t size, size_t count, void *context) {
    ccurl_upload *upload = (ccurl_upload *)context;
    size_t room = size * count;
    size_t rest = upload->length - upload->offset;
    size_t length = rest < room ? rest : room;
    memcpy(buffer, upload->bytes + upload->offset, length);
    upload->offset += length;
    return length;
}

/// Sends what the upload holds, which must stay where it is until the transfer has ended.
static inline CURLcode ccurl_set_upload(CURL *handle, ccurl_upload *upload) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_READFUNCTION, ccurl_read);
    if (code == CURLE_OK) code = curl_easy_setopt(handle, CURLOPT_READDATA, upload);
    return code;
}

static inline long ccurl_response_code(CURL *handle) {
    long code = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &code);
    return code;
}
