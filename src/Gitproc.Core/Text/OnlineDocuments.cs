namespace Gitproc.Text;

/// <summary>Where the documents are online, which no package has.</summary>
public static class OnlineDocuments
{
    /// <summary>How the address of a document begins; its path in the folder docs follows.</summary>
    public const string Folder = "https://github.com/gitproc/gitproc/blob/main/docs/";
}
