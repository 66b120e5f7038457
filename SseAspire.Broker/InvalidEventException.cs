namespace SseAspire.Broker;

/// <summary>An event cannot be published because one of its fields is wrong.</summary>
public sealed class InvalidEventException(string field, string reason) : ArgumentException($"{field} {reason}")
{
    /// <summary>The field's name, as publishers write it: <c>topic</c>, <c>data</c>, <c>type</c>, <c>id</c>, <c>retry</c>.</summary>
    public string Field { get; } = field;

    /// <summary>What is wrong with it: a predicate, such as "is empty".</summary>
    public string Reason { get; } = reason;
}
