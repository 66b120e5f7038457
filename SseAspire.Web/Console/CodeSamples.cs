namespace SseAspire.Web.Console;

/// <summary>The same request in three languages, to be copied and run as it stands.</summary>
internal sealed record CodeSamples(string Curl, string CSharp, string JavaScript)
{
    /// <summary>A subscription's; null where the form is wrong.</summary>
    /// <param name="form">The subscription.</param>
    /// <param name="published">The publication beside it, for the type that an <c>EventSource</c> must know.</param>
    /// <param name="hub">The hub's address without a slash at its end.</param>
    public static CodeSamples? Of(SubscriptionForm form, PublicationForm published, string hub) =>
        form.Subscription is { } subscription
            ? new(
                CurlCode.Subscribe(subscription, hub),
                CSharpCode.Subscribe(subscription, hub),
                JavaScriptCode.Subscribe(subscription, hub, published[PublicationForm.Type] is { Length: > 0 } type ? type : null))
            : null;

    /// <summary>A publication's; null where the form is wrong.</summary>
    /// <param name="form">The publication.</param>
    /// <param name="hub">The hub's address without a slash at its end.</param>
    /// <param name="withKey">Whether publishers must show a key: the code takes it from the environment, it is nobody's to read here.</param>
    public static CodeSamples? Of(PublicationForm form, string hub, bool withKey) =>
        form.Publication is { } publication
            ? new(
                CurlCode.Publish(publication, hub, withKey),
                CSharpCode.Publish(publication, hub, withKey),
                JavaScriptCode.Publish(publication, hub, withKey))
            : null;
}
