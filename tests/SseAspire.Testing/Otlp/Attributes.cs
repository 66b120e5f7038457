using System.Globalization;

namespace SseAspire.Testing.Otlp;

/// <summary>Attributes as they were received: a value that is no text is written as one; several are joined by commas.</summary>
internal static class Attributes
{
    /// <summary>Reads the repeated <c>KeyValue</c> of a message.</summary>
    public static IReadOnlyDictionary<string, string> Read(WireMessage message, int field) =>
        message.Messages(field).ToDictionary(pair => pair.Text(1), pair => ReadValue(pair.Messages(2).First()));

    /// <summary>Reads an <c>AnyValue</c>.</summary>
    public static string ReadValue(WireMessage value) =>
        value.Has(2) ? value.Number(2) != 0 ? "true" : "false"
        : value.Has(3) ? value.Number(3).ToString(CultureInfo.InvariantCulture)
        : value.Has(4) ? value.Double(4).ToString("R", CultureInfo.InvariantCulture)
        : value.Has(5) ? string.Join(',', value.Messages(5).SelectMany(array => array.Messages(1)).Select(ReadValue))
        : value.Text(1);
}
