namespace SseAspire.Web.Lab;

/// <summary>One of many readers that the front end runs to load the API; it counts what it gets and keeps none of it.</summary>
/// <param name="http">Its way to the API.</param>
/// <param name="topic">What it reads.</param>
/// <param name="interval">Between two polls.</param>
internal sealed class VirtualReader(HttpMessageInvoker http, Uri api, string topic, TimeSpan interval)
{
    private long _received;
    private volatile bool _isReading;

    public HttpMessageInvoker Http => http;

    public TimeSpan Interval => interval;

    /// <summary>Events that it has received.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Whether the API has answered it, so that it receives what comes.</summary>
    public bool IsReading => _isReading;

    /// <summary>The address of one of the API's transports, for this reader's topic.</summary>
    public Uri AddressOf(string path, string query = "") => new(api, $"{path}?topic={Uri.EscapeDataString(topic)}{query}");

    public void Started() => _isReading = true;

    public void Add(int events) => Volatile.Write(ref _received, _received + events);
}
